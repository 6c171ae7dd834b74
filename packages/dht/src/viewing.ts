import type { NodeId } from "@starling/protocol";
import type { Context } from "./context.ts";
import { isProtected, linksToKeep } from "./keeping.ts";
import type { Link } from "./link.ts";
import type { Lookup } from "./lookup.ts";
import type { BucketView, DhtView, LinkView, LookupView } from "./view.ts";

/** What the parts beside the table add to a view. */
export interface Surroundings {
  readonly joined: boolean;
  readonly dialling: readonly NodeId[];
  readonly created: number;
  readonly records: number;
  readonly lookups: Iterable<Lookup>;
}

export function viewOf(ctx: Context, { joined, dialling, created, records, lookups }: Surroundings): DhtView {
  const { table, contacts, self, full, now } = ctx;
  const kept = linksToKeep(table, now);
  return {
    id: self.id,
    mode: full ? "full" : "leaf",
    joined,
    buckets: bucketsOf(table.full()),
    siblings: table.siblings().map(({ id }) => id),
    links: [...table.links()].map((link) => linkView(ctx, link, kept)),
    known: contacts.size,
    dialling,
    created,
    records,
    estimate: table.estimate(),
    lookups: [...lookups].map(lookupView),
  };
}

function bucketsOf(links: readonly Link[]): BucketView[] {
  const buckets = new Map<number, NodeId[]>();
  for (const { id, prefix } of links) buckets.set(prefix, [...(buckets.get(prefix) ?? []), id]);
  return [...buckets].sort(([a], [b]) => a - b).map(([prefix, members]) => ({ prefix, members }));
}

function linkView({ table }: Context, link: Link, kept: ReadonlySet<Link>): LinkView {
  const { id, prefix, mode, visibility, roundTrip, since, bytesIn, bytesOut, dialled, wanted } = link;
  return {
    id,
    prefix,
    mode,
    visibility,
    roundTrip,
    since,
    bytesIn,
    bytesOut,
    dialled,
    wanted: wanted !== null,
    sibling: table.isSibling(link),
    protected: isProtected(table, link, kept),
  };
}

function lookupView(lookup: Lookup): LookupView {
  return { key: lookup.key, queries: lookup.queries, asked: [...lookup.asked()] };
}
