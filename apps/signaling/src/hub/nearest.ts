import type { NodeId } from "@starling/protocol";
import { lowerBound } from "./sorted.ts";

const HEX = "0123456789abcdef";
const ID_DIGITS = 64;

/**
 * The `count` ids nearest to `target` by XOR, nearest first. Of sorted ids, those that share a prefix stand together,
 * and any that shares more of its prefix with the target is nearer: so the search walks the ids as the tree of their
 * digits, at each digit the branches in the order of their distance.
 * @param sorted lower-case hex ids, ascending, without duplicates
 */
export function nearestIds(sorted: readonly NodeId[], target: NodeId, count: number): NodeId[] {
  const found: NodeId[] = [];
  walk({ sorted, target, count, found }, 0, sorted.length, 0);
  return found;
}

interface Search {
  readonly sorted: readonly NodeId[];
  readonly target: NodeId;
  readonly count: number;
  readonly found: NodeId[];
}

/** All ids of [from, to) share their first `depth` digits. */
function walk(search: Search, from: number, to: number, depth: number): void {
  const { sorted, target, count, found } = search;
  const first = sorted[from];
  if (first === undefined || from >= to || found.length >= count) return;
  if (to - from === 1 || depth === ID_DIGITS) {
    found.push(first);
    return;
  }
  const prefix = first.slice(0, depth);
  const wanted = HEX.indexOf(target.charAt(depth));
  for (let distance = 0; distance < HEX.length && found.length < count; distance++) {
    const digit = wanted ^ distance;
    const start = lowerBound(sorted, prefix + HEX.charAt(digit), from, to);
    const end = digit === 15 ? to : lowerBound(sorted, prefix + HEX.charAt(digit + 1), start, to);
    walk(search, start, end, depth + 1);
  }
}
