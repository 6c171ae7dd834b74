import { fromHex, type OverlayRecord, type RecordType, toHex } from "@starling/protocol";
import type { RecordsContext } from "./context.ts";
import { PAGE_BYTES, RULES } from "./limits.ts";
import type { Held } from "./record-store.ts";
import { isRemoved } from "./versions.ts";

export interface Page {
  readonly records: readonly OverlayRecord[];
  /** Where the next page begins; null: that was all. */
  readonly next: Uint8Array | null;
}

type Slot = readonly Held[];

/** Cursor of the first page in order, after one that was drawn. */
const FROM_THE_START = Uint8Array.of(0);

/**
 * One answer's worth of records. Providers and subscribers: first a random draw, those known to be alive before others,
 * so that readers spread over them; what did not fit there follows in order of publishers, as all other types come.
 */
export function pageOf(ctx: RecordsContext, type: RecordType, slots: readonly Slot[], cursor: Uint8Array | null): Page {
  const { page } = RULES[type];
  if (cursor === null && (type === "provider" || type === "topic")) {
    const standing = slots.filter((slot) => slot.every((held) => !isRemoved(held.record)));
    const drawn = liveFirst(ctx, standing);
    return { records: recordsOf(drawn.slice(0, page)), next: drawn.length > page ? FROM_THE_START : null };
  }
  return orderedPage(slots, page, cursor);
}

function orderedPage(slots: readonly Slot[], page: number, cursor: Uint8Array | null): Page {
  const after = cursor === null || cursor.length === 1 ? "" : toHex(cursor);
  const ordered = slots.filter((slot) => publisherOf(slot) > after || after === "");
  ordered.sort((a, b) => (publisherOf(a) < publisherOf(b) ? -1 : 1));
  const taken: Slot[] = [];
  let bytes = 0;
  for (const slot of ordered) {
    bytes += slot.reduce((sum, held) => sum + held.bytes, 0);
    if (taken.length >= page || (taken.length > 0 && bytes > PAGE_BYTES)) break;
    taken.push(slot);
  }
  const last = taken.at(-1);
  const next = last === undefined || taken.length === ordered.length ? null : fromHex(publisherOf(last));
  return { records: recordsOf(taken), next };
}

function liveFirst(ctx: RecordsContext, slots: readonly Slot[]): Slot[] {
  const isLive = (slot: Slot): boolean => {
    const held = slot[0];
    if (held === undefined || held.publisher === null) return false;
    return held.publisher === ctx.self || ctx.host.linked(held.publisher);
  };
  const live: Slot[] = [];
  const others: Slot[] = [];
  for (const slot of ctx.shuffled(slots)) (isLive(slot) ? live : others).push(slot);
  return [...live, ...others];
}

function recordsOf(slots: readonly Slot[]): OverlayRecord[] {
  return slots.flatMap((slot) => slot.map((held) => held.record));
}

function publisherOf(slot: Slot): string {
  return slot[0]?.publisher ?? "";
}
