/** The mark of the project: a starling on the wing. Decorative, its name stands beside it. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M2 9.5c5.2-.6 9 1.1 11.4 5 1.3-5.6 5-9.3 11.1-11-1.7 3-2.5 6-2.3 9 1.700.5 3.100 1.400 4.300 2.700l3.500.700-3 1.700c-.600 5.700-4.600 9.700-10.600 10.100-2.400.200-4.600.900-6.600 2.300.300-2 .100-3.700-.700-5.200-2.300-3-2.600-6-1-9-1.300-2.900-3.300-5-6.100-6.300z" />
    </svg>
  );
}
