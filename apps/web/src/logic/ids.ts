/** Ids of nodes and keys: 64 lower-case hex digits. Their distance is the XOR of both, as Kademlia has it. */

/** Digits that tell the ids on a page apart. */
const SHORT_DIGITS = 6;

const DIGIT_ZERO = 48;
const DIGIT_NINE = 57;
const LETTER_A = 97;

export function shortId(id: string): string {
  return id.slice(0, SHORT_DIGITS);
}

/** The XOR of two ids as hex: sorts like the number, so that the nearest comes first. */
export function distanceOf(a: string, b: string): string {
  let distance = "";
  for (let i = 0; i < a.length; i++) distance += (digitAt(a, i) ^ digitAt(b, i)).toString(16);
  return distance;
}

/** Bits that two ids have in common from the left. */
export function sharedBits(a: string, b: string): number {
  for (let i = 0; i < a.length; i++) {
    const difference = digitAt(a, i) ^ digitAt(b, i);
    if (difference !== 0) return 4 * i + Math.clz32(difference) - 28;
  }
  return 4 * a.length;
}

/** One bit of an id, the leftmost being 0. */
export function bitAt(id: string, index: number): 0 | 1 {
  return (digitAt(id, index >> 2) >> (3 - (index & 3))) & 1 ? 1 : 0;
}

/** An order of ids by their distance from `from`. */
export function byDistance(from: string): (a: string, b: string) => number {
  const distances = new Map<string, string>();
  const distance = (id: string) => {
    const known = distances.get(id) ?? distanceOf(from, id);
    distances.set(id, known);
    return known;
  };
  return (a, b) => (distance(a) < distance(b) ? -1 : distance(a) > distance(b) ? 1 : 0);
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function digitAt(id: string, index: number): number {
  const code = id.charCodeAt(index);
  return code <= DIGIT_NINE ? code - DIGIT_ZERO : code - LETTER_A + 10;
}
