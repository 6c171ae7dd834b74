import type { OverlayView } from "@starling/client";
import { bitAt, byDistance, distanceOf, sharedBits } from "./ids.ts";
import type { LookupTrace } from "./lookup-trace.ts";

/** `sibling` one of the nearest nodes; `linked` another node with a link; `heard` asked by a look-up only; `key` looked up. */
export type LeafKind = "self" | "sibling" | "linked" | "heard" | "key";

export interface Leaf {
  readonly id: string;
  readonly kind: LeafKind;
}

/** A line of the tree: sideways from the fork (`from`, `top`) to the column `to`, then down to `bottom`. */
export interface Branch {
  readonly from: number;
  readonly to: number;
  readonly top: number;
  readonly bottom: number;
  /** Part of the way from the root to this node. */
  readonly own: boolean;
}

/** A bit of this node's id, on its way from the root. */
export interface Step {
  /** Also the number of the bucket that turns off here. */
  readonly depth: number;
  readonly bit: 0 | 1;
  readonly column: number;
  /** Nobody is known in the other half. */
  readonly empty: boolean;
}

/** Neighbouring columns that share `prefix` bits with this node and differ in the next. */
export interface Band {
  readonly prefix: number;
  readonly first: number;
  readonly last: number;
}

/**
 * The part of the binary tree of ids that this node knows, in columns (one a leaf, the nearest first, this node at 0) and
 * depths (bits from the root). Ordering the leaves by XOR distance puts this node's side first at every fork, so that each
 * bucket is a run of columns.
 */
export interface IdTree {
  readonly leaves: readonly Leaf[];
  readonly branches: readonly Branch[];
  readonly steps: readonly Step[];
  readonly bands: readonly Band[];
  /** Where the leaves hang: below the last fork. */
  readonly depth: number;
}

/** @param trace a look-up to be drawn into the tree. */
export function idTree(view: Pick<OverlayView, "id" | "links">, trace: LookupTrace | null): IdTree {
  const kinds = kindsOf(view, trace);
  const ids = [...kinds.keys()].sort(byDistance(view.id));
  const leaves = ids.map((id): Leaf => ({ id, kind: kinds.get(id) ?? "heard" }));
  const depth = 1 + deepestFork(ids);
  const branches: Branch[] = [];
  const root = grow(
    ids.map((id) => distanceOf(view.id, id)),
    0,
    depth,
    branches,
  );
  branches.push({ from: root.column, to: root.column, top: 0, bottom: root.depth, own: true });
  return { leaves, branches, steps: stepsOf(view.id, branches), bands: bandsOf(view.id, ids), depth };
}

function kindsOf({ id, links }: Pick<OverlayView, "id" | "links">, trace: LookupTrace | null): Map<string, LeafKind> {
  const kinds = new Map<string, LeafKind>();
  if (trace) {
    kinds.set(trace.key, "key");
    for (const asked of trace.asked) kinds.set(asked.id, "heard");
  }
  for (const link of links) kinds.set(link.id, link.sibling ? "sibling" : "linked");
  return kinds.set(id, "self");
}

function deepestFork(ids: readonly string[]): number {
  return ids.reduce((deepest, id, i) => Math.max(deepest, i === 0 ? 0 : sharedBits(ids[i - 1] ?? id, id)), 0);
}

/** Adds the branches below one fork; `distances` sorted, the first in column `first`. Returns where the fork is. */
function grow(
  distances: readonly string[],
  first: number,
  bottom: number,
  branches: Branch[],
): { column: number; depth: number } {
  const [start = ""] = distances;
  const split = sharedBits(start, distances.at(-1) ?? start);
  if (distances.length <= 1) return { column: first, depth: bottom };
  const middle = distances.findIndex((distance) => bitAt(distance, split) === 1);
  const near = grow(distances.slice(0, middle), first, bottom, branches);
  const far = grow(distances.slice(middle), first + middle, bottom, branches);
  const column = (near.column + far.column) / 2;
  branches.push({ from: column, to: near.column, top: split, bottom: near.depth, own: first === 0 });
  branches.push({ from: column, to: far.column, top: split, bottom: far.depth, own: false });
  return { column, depth: split };
}

/** The bits of the own way down to the last fork on it: below that, nobody is known who shares more. */
function stepsOf(id: string, branches: readonly Branch[]): Step[] {
  const own = branches.filter((branch) => branch.own);
  const forks = new Set(own.filter(({ from, to }) => from !== to).map(({ top }) => top));
  const end = 1 + Math.max(-1, ...forks);
  return Array.from({ length: end }, (_, depth) => {
    const below = own.find(({ top, bottom }) => top <= depth && depth < bottom);
    return { depth, bit: bitAt(id, depth), column: below?.to ?? 0, empty: !forks.has(depth) };
  });
}

function bandsOf(self: string, ids: readonly string[]): Band[] {
  const bands: { prefix: number; first: number; last: number }[] = [];
  for (const [column, id] of ids.entries()) {
    if (column === 0) continue;
    const prefix = sharedBits(self, id);
    const band = bands.at(-1);
    if (band?.prefix === prefix) band.last = column;
    else bands.push({ prefix, first: column, last: column });
  }
  return bands;
}
