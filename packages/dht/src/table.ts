import type { NodeId, OverlayKey } from "@starling/protocol";
import {
  BUCKET_LINKS,
  LARGE_NETWORK,
  LARGE_OVERLAY_LINKS,
  MAX_OVERLAY_LINKS,
  PROTECTED_BUCKETS,
  SIBLINGS,
  SMALLER_SHARE,
} from "./limits.ts";
import { isFull, isOverlay, type Link } from "./link.ts";
import { bitAt, closest, distanceFraction, ID_BITS } from "./xor.ts";

const HANDLES = 0x10000;
const MINUTE = 60_000;
/** Buckets before the siblings' in which somebody may have us as a sibling though we do not have it. */
const NEAR_BUCKETS = 2;

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

  /** The links to keep: siblings, and of each bucket the two most useful. */
  kept(now: number): Set<Link> {
    const kept = new Set(this.siblings());
    const buckets = new Map<number, Link[]>();
    for (const link of this.full()) {
      if (link.refused) continue;
      const bucket = buckets.get(link.prefix);
      if (bucket === undefined) buckets.set(link.prefix, [link]);
      else bucket.push(link);
    }
    for (const bucket of buckets.values()) for (const link of mostUseful(bucket, now)) kept.add(link);
    return kept;
  }

  /** Whether a link is never given up: a sibling, or one of the kept ones of the farthest buckets. */
  isProtected(link: Link, kept: ReadonlySet<Link>): boolean {
    return this.isSibling(link) || (link.prefix < PROTECTED_BUCKETS && kept.has(link));
  }

  /** The overlay link that is missed least, of those that may be given up; null if there is none. */
  leastUseful(now: number): Link | null {
    const kept = this.kept(now);
    let worst: Link | null = null;
    for (const link of this.#links.values()) {
      if (!isOverlay(link) || this.isProtected(link, kept)) continue;
      if (worst === null || this.#rank(link, kept, now) > this.#rank(worst, kept, now)) worst = link;
    }
    return worst;
  }

  /**
   * Higher is given up sooner: surplus of a bucket, then leaves and those that said nothing yet, then kept ones of near
   * buckets, then those that have us among their own siblings. Of equals the youngest.
   */
  #rank(link: Link, kept: ReadonlySet<Link>, now: number): number {
    const youth = 1 - Math.min(99, ageClass(link, now)) / 100;
    if (this.#isSiblingOf(link)) return youth;
    if (kept.has(link)) return 2 + youth;
    return (link.mode === "full" ? 6 : 4) + youth;
  }

  /**
   * Whether we may be among the eight nearest of a neighbour: nearness is not mutual. Nearer to it than we are those of
   * its bucket, of which we know nearly all if they are about as near to us as our siblings.
   */
  #isSiblingOf(link: Link): boolean {
    if (link.prefix < this.depth() - NEAR_BUCKETS) return false;
    let nearer = 0;
    for (const other of this.full()) if (other !== link && other.prefix === link.prefix) nearer++;
    return nearer < SIBLINGS;
  }
}

function idOf(link: Link): NodeId {
  return link.id;
}

/** The two to keep of a bucket: the most useful, then the next of another half of the bucket if there is one. */
function mostUseful(bucket: Link[], now: number): readonly Link[] {
  if (bucket.length <= BUCKET_LINKS) return bucket;
  const [best, ...rest] = bucket.sort((a, b) => compareUse(a, b, now));
  if (best === undefined) return bucket;
  const next = Math.min(best.prefix + 1, ID_BITS - 1);
  const other = rest.find((link) => bitAt(link.id, next) !== bitAt(best.id, next));
  return [best, ...(other === undefined ? [] : [other]), ...rest.filter((link) => link !== other)].slice(
    0,
    BUCKET_LINKS,
  );
}

/**
 * Longest answering first (a link that stood for an hour will likely stand for another: Saroiu and others, 2002), by
 * powers of two of minutes; then the lower round trip.
 */
function compareUse(a: Link, b: Link, now: number): number {
  return ageClass(b, now) - ageClass(a, now) || (a.roundTrip ?? MINUTE) - (b.roundTrip ?? MINUTE);
}

function ageClass(link: Link, now: number): number {
  return Math.floor(Math.log2(1 + (now - link.since) / MINUTE));
}
