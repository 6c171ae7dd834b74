import type { OverlayKey } from "@starling/protocol";

/** Bits of an id: the buckets are numbered 0 (the far half of the id space) to 255. */
export const ID_BITS = 256;

/**
 * The XOR metric of Kademlia (Maymounkov and Mazières, 2002) over ids as 64 lower-case hex digits. Distances are never
 * computed: two of them are compared at the first digit in which the ids differ, which for random ids is the first or second.
 */
function digit(id: string, index: number): number {
  const code = id.charCodeAt(index);
  return code < 58 ? code - 48 : code - 87;
}

/** Negative when `a` is nearer to `target` than `b`, positive when `b` is, 0 when they are the same id. */
export function compareDistance(target: OverlayKey, a: OverlayKey, b: OverlayKey): number {
  for (let i = 0; i < a.length; i++) {
    const ours = a.charCodeAt(i);
    const theirs = b.charCodeAt(i);
    if (ours !== theirs) {
      const to = digit(target, i);
      return (digit(a, i) ^ to) - (digit(b, i) ^ to);
    }
  }
  return 0;
}

/** Length of the common prefix in bits: the bucket in which one id lies as seen from the other. 256 for equal ids. */
export function commonPrefix(a: OverlayKey, b: OverlayKey): number {
  for (let i = 0; i < a.length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return 4 * i + Math.clz32(digit(a, i) ^ digit(b, i)) - 28;
  }
  return ID_BITS;
}

/** The distance of two ids as a fraction of the id space, 0 to 1, to 52 bits. */
export function distanceFraction(a: OverlayKey, b: OverlayKey): number {
  let distance = 0;
  for (let i = 0; i < FRACTION_DIGITS; i++) distance = distance * 16 + (digit(a, i) ^ digit(b, i));
  return distance / 16 ** FRACTION_DIGITS;
}

const FRACTION_DIGITS = 13;

/** One bit of an id, the most significant being 0. */
export function bitAt(id: OverlayKey, index: number): number {
  return (digit(id, index >> 2) >> (3 - (index & 3))) & 1;
}

/** The `count` of the items nearest the target, nearest first; equal ids keep their order. */
export function closest<Item>(
  target: OverlayKey,
  items: Iterable<Item>,
  count: number,
  idOf: (item: Item) => OverlayKey,
): Item[] {
  const nearest: Item[] = [];
  for (const item of items) {
    const last = nearest[count - 1];
    if (last === undefined || compareDistance(target, idOf(item), idOf(last)) < 0) insert(nearest, item, target, idOf);
    if (nearest.length > count) nearest.pop();
  }
  return nearest;
}

/** Of the items, the one nearest the target; null if there are none. */
export function nearestOf<Item extends { readonly id: OverlayKey }>(
  target: OverlayKey,
  items: Iterable<Item>,
): Item | null {
  let best: Item | null = null;
  for (const item of items) if (best === null || compareDistance(target, item.id, best.id) < 0) best = item;
  return best;
}

/** A random id of bucket `prefix` of `self`: it shares `prefix` bits and differs in the next. @param random 32 bytes. */
export function idInBucket(self: OverlayKey, prefix: number, random: Uint8Array): OverlayKey {
  let text = "";
  for (let i = 0; i < self.length; i++) {
    const drawn = ((random[i >> 1] ?? 0) >> (i % 2 === 0 ? 4 : 0)) & 15;
    text += mixed(digit(self, i), drawn, prefix - 4 * i).toString(16);
  }
  return text;
}

/** A digit of which the first `kept` bits are `own`, the next is turned over, and the rest are drawn. */
function mixed(own: number, drawn: number, kept: number): number {
  if (kept >= 4) return own;
  if (kept < 0) return drawn;
  const rest = (1 << (3 - kept)) - 1;
  return ((own & ~rest) ^ (rest + 1)) | (drawn & rest);
}

/** Insertion from the far end: most candidates fail against the last entry and never get here. */
function insert<Item>(sorted: Item[], item: Item, target: OverlayKey, idOf: (item: Item) => OverlayKey): void {
  let at = sorted.length;
  while (at > 0) {
    const before = sorted[at - 1];
    if (before === undefined || compareDistance(target, idOf(before), idOf(item)) <= 0) break;
    at--;
  }
  sorted.splice(at, 0, item);
}
