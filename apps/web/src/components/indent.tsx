/** Deeper than this, rows no longer move to the right: a phone has no room. */
const DEEPEST = 8;

export function Indent({ depth }: { readonly depth: number }) {
  return Array.from({ length: Math.min(depth, DEEPEST) }, (_, level) => (
    // The levels of a row never change, so that their position is a good key.
    <span key={level.toString()} className="indent" aria-hidden="true" />
  ));
}
