/**
 * Divides a capacity among demands, max-min fair: nobody gets more than it demands, and what the modest leave goes to the
 * others in equal parts (water filling; Bertsekas and Gallager, "Data Networks", 6.5.2). Any unit.
 */
export function shareOut(capacity: number, demands: readonly number[]): number[] {
  const grants = [...demands];
  if (demands.reduce((sum, demand) => sum + demand, 0) <= capacity) return grants;
  const order = demands.map((_, i) => i).sort((a, b) => (demands[a] ?? 0) - (demands[b] ?? 0));
  let left = capacity;
  order.forEach((i, done) => {
    const grant = Math.min(demands[i] ?? 0, left / (order.length - done));
    grants[i] = grant;
    left -= grant;
  });
  return grants;
}
