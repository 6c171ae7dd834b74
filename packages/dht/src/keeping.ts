import { BUCKET_LINKS, PROTECTED_BUCKETS, SIBLINGS } from "./limits.ts";
import { isOverlay, type Link } from "./link.ts";
import type { Table } from "./table.ts";
import { bitAt, ID_BITS } from "./xor.ts";

const MINUTE = 60_000;
/** Buckets before the siblings' in which somebody may have us as a sibling though we do not have it. */
const NEAR_BUCKETS = 2;

/** The links to keep: siblings, and of each bucket the two most useful. */
export function linksToKeep(table: Table, now: number): Set<Link> {
  const kept = new Set(table.siblings());
  const buckets = new Map<number, Link[]>();
  for (const link of table.full()) {
    if (link.refused) continue;
    const bucket = buckets.get(link.prefix);
    if (bucket === undefined) buckets.set(link.prefix, [link]);
    else bucket.push(link);
  }
  for (const bucket of buckets.values()) for (const link of mostUseful(bucket, now)) kept.add(link);
  return kept;
}

/** Whether a link is never given up: a sibling, or one of the kept ones of the farthest buckets. */
export function isProtected(table: Table, link: Link, kept: ReadonlySet<Link>): boolean {
  return table.isSibling(link) || (link.prefix < PROTECTED_BUCKETS && kept.has(link));
}

/** The overlay link that is missed least, of those that may be given up; null if there is none. */
export function leastUseful(table: Table, now: number): Link | null {
  const kept = linksToKeep(table, now);
  let worst: Link | null = null;
  for (const link of table.links()) {
    if (!isOverlay(link) || isProtected(table, link, kept)) continue;
    if (worst === null || rank(table, link, kept, now) > rank(table, worst, kept, now)) worst = link;
  }
  return worst;
}

/**
 * Higher is given up sooner: surplus of a bucket, then leaves and those that said nothing yet, then kept ones of near
 * buckets, then those that have us among their own siblings. Of equals the youngest.
 */
function rank(table: Table, link: Link, kept: ReadonlySet<Link>, now: number): number {
  const youth = 1 - Math.min(99, ageClass(link, now)) / 100;
  if (isSiblingOf(table, link)) return youth;
  if (kept.has(link)) return 2 + youth;
  return (link.mode === "full" ? 6 : 4) + youth;
}

/**
 * Whether we may be among the eight nearest of a neighbour: nearness is not mutual. Nearer to it than we are those of
 * its bucket, of which we know nearly all if they are about as near to us as our siblings.
 */
function isSiblingOf(table: Table, link: Link): boolean {
  if (link.prefix < table.depth() - NEAR_BUCKETS) return false;
  let nearer = 0;
  for (const other of table.full()) if (other !== link && other.prefix === link.prefix) nearer++;
  return nearer < SIBLINGS;
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
