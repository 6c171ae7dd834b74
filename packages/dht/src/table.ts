import type { NodeId, OverlayKey } from "@starling/protocol";
import {
  BUCKET_LINKS,
  LARGE_NETWORK,
  LARGE_OVERLAY_LINKS,
  MAX_OVERLAY_LINKS,
  SIBLINGS,
  SMALLER_SHARE,
} from "./limits.ts";
import { isFull, isOverlay, type Link } from "./link.ts";
import { closest, distanceFraction } from "./xor.ts";

const HANDLES = 0x10000;

/** The links of this node as a routing table. What is derived from them is kept until a link comes, goes or changes. */
export class Table {
  readonly self: NodeId;
  readonly #links = new Map<NodeId, Link>();
  readonly #byHandle = new Map<number, Link>();
  #nextHandle: number;
  #full: readonly Link[] | null = null;
  #siblings: readonly Link[] | null = null;
  #isLarge = false;

  /** @param firstHandle where the numbering of links begins, so that handles of an earlier visit mean nothing. */
  constructor(self: NodeId, firstHandle: number) {
    this.self = self;
    this.#nextHandle = firstHandle % HANDLES;
  }

  get size(): number {
    return this.#links.size;
  }

  links(): IterableIterator<Link> {
    return this.#links.values();
  }

  get(id: NodeId): Link | undefined {
    return this.#links.get(id);
  }

  byHandle(handle: number): Link | undefined {
    return this.#byHandle.get(handle);
  }

  /** A number that no link has; one that was given up comes again only after all others. */
  takeHandle(): number {
    while (this.#byHandle.has(this.#nextHandle)) this.#nextHandle = (this.#nextHandle + 1) % HANDLES;
    const handle = this.#nextHandle;
    this.#nextHandle = (handle + 1) % HANDLES;
    return handle;
  }

  add(link: Link): void {
    this.#links.set(link.id, link);
    this.#byHandle.set(link.handle, link);
    this.changed();
  }

  delete(link: Link): void {
    this.#links.delete(link.id);
    this.#byHandle.delete(link.handle);
    this.changed();
  }

  /** To be called when a link's mode, visibility or standing changed. */
  changed(): void {
    this.#full = null;
    this.#siblings = null;
  }

  /** Links to full nodes. */
  full(): readonly Link[] {
    this.#full ??= [...this.#links.values()].filter(isFull);
    return this.#full;
  }

  /** Links that messages may take: those to full nodes; to any node while there is no full one. */
  routable(): Iterable<Link> {
    const full = this.full();
    return full.length > 0 ? full : this.#links.values();
  }

  /** The linked full nodes nearest to this one, nearest first: at most 8. */
  siblings(): readonly Link[] {
    this.#siblings ??= closest(this.self, this.full(), SIBLINGS, idOf);
    return this.#siblings;
  }

  isSibling(link: Link): boolean {
    return this.siblings().includes(link);
  }

  /** The linked full nodes nearest a key. */
  nearest(key: OverlayKey, count: number): Link[] {
    return closest(key, this.full(), count, idOf);
  }

  /** Buckets from here on hold siblings only; 0 while all nodes may be siblings. */
  depth(): number {
    const last = this.siblings()[SIBLINGS - 1];
    return last === undefined ? 0 : last.prefix;
  }

  /** Full nodes in the network, this one included, judged by how far the eighth sibling is. */
  estimate(): number {
    const last = this.siblings()[SIBLINGS - 1];
    if (last === undefined) return this.full().length + 1;
    return Math.max(SIBLINGS, SIBLINGS / Math.max(distanceFraction(this.self, last.id), Number.EPSILON)) + 1;
  }

  /** Links of the overlay that this node keeps at most. */
  linkLimit(): number {
    const nodes = this.estimate();
    this.#isLarge = nodes > LARGE_NETWORK * (this.#isLarge ? SMALLER_SHARE : 1);
    return this.#isLarge ? LARGE_OVERLAY_LINKS : MAX_OVERLAY_LINKS;
  }

  overlayLinks(): Link[] {
    return [...this.#links.values()].filter(isOverlay);
  }

  /** Full links of a bucket that count for it. */
  bucket(prefix: number): Link[] {
    return this.full().filter((link) => link.prefix === prefix && !link.refused);
  }

  /** Buckets beyond the siblings that lack links, the farthest first. */
  thinBuckets(): number[] {
    const counts = new Array<number>(this.depth()).fill(0);
    for (const { prefix, refused } of this.full()) {
      const count = counts[prefix];
      if (count !== undefined && !refused) counts[prefix] = count + 1;
    }
    return [...counts.keys()].filter((prefix) => (counts[prefix] ?? 0) < BUCKET_LINKS);
  }
}

function idOf(link: Link): NodeId {
  return link.id;
}
