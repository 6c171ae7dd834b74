import {
  decoded,
  decodeHopBody,
  type HopMessage,
  MAX_ALTERNATES,
  type NodeId,
  OVERLAY,
  type OverlayFrame,
} from "@starling/protocol";
import type { Context } from "./context.ts";
import type { Dialling } from "./dialling.ts";
import type { Visibility } from "./inputs.ts";
import { leastUseful } from "./keeping.ts";
import { BACK_OFF_MAX } from "./limits.ts";
import type { Link } from "./link.ts";
import { commonPrefix } from "./xor.ts";

type StateMessage = Extract<HopMessage, { type: "state" }>;

/** Links as they come, say what they are, and go. */
export class Neighbours {
  readonly #ctx: Context;
  readonly #dialling: Dialling;
  visibility: Visibility = "visible";

  constructor(ctx: Context, dialling: Dialling) {
    this.#ctx = ctx;
    this.#dialling = dialling;
  }

  /** A link came up; null if it stands already. */
  up(id: NodeId, publicKey: Uint8Array, dialled: boolean): Link | null {
    const { table, now, contacts, self, wallMs } = this.#ctx;
    if (id === self.id || table.get(id) !== undefined) return null;
    const wanted = this.#dialling.pending.has(id);
    this.#dialling.linked(id);
    const link: Link = {
      id,
      publicKey,
      prefix: commonPrefix(self.id, id),
      handle: table.takeHandle(),
      dialled,
      since: now,
      mode: null,
      visibility: "visible",
      frozenAt: 0,
      wanted: wanted ? "optional" : null,
      refused: false,
      lastHeard: now,
      roundTrip: null,
      ping: null,
      misses: 0,
      exchanged: false,
      bytesIn: 0,
      bytesOut: 0,
      badSignatures: 0,
      sources: new Map(),
    };
    table.add(link);
    contacts.linked(id, publicKey, wallMs, now);
    this.tellState(link);
    return link;
  }

  /**
   * The link is no more. Its contact rests a little: whoever closed it had a reason. Most likely its page did, so that
   * only those who hear of it from others later dial it.
   */
  down(link: Link): void {
    const { table, contacts, now } = this.#ctx;
    table.delete(link);
    contacts.rest(link.id, now + REST);
    if (!link.refused) contacts.lost(link.id, now, link.misses > 0 ? NOTICING_SILENCE : REST);
    if (link.wanted !== null) this.#ctx.emit({ type: "release-link", peer: link.id });
  }

  tellState(link: Link): void {
    const { full, table, wallMs } = this.#ctx;
    const mode = full && this.visibility !== "frozen" ? "full" : "leaf";
    this.#ctx.tell(link, {
      type: "state",
      mode,
      visibility: this.visibility,
      links: table.overlayLinks().length,
      time: wallMs,
    });
  }

  tellAll(): void {
    for (const link of this.#ctx.table.links()) this.tellState(link);
  }

  onState(link: Link, { mode, visibility }: StateMessage): void {
    if (visibility === "frozen" && link.visibility !== "frozen") link.frozenAt = this.#ctx.now;
    link.mode = mode;
    link.visibility = visibility;
    this.#ctx.table.changed();
    this.#ctx.stale = true;
  }

  /** The neighbour has no place for us: the link may stand for transfers, but is no longer wanted; others are tried instead. */
  onRefuse(link: Link, alternates: readonly NodeId[]): void {
    const { contacts, now } = this.#ctx;
    this.named(alternates, link.id);
    contacts.rest(link.id, now + BACK_OFF_MAX);
    this.#giveUp(link);
  }

  named(ids: readonly NodeId[], via: NodeId | null): void {
    const { contacts, now } = this.#ctx;
    for (const id of ids) contacts.named(id, via, now);
    this.#ctx.stale = true;
  }

  /** Keeps the overlay's links within their limit. The refused ones are told of others. */
  trim(): void {
    const { table, now } = this.#ctx;
    for (let over = table.overlayLinks().length - table.linkLimit(); over > 0; over--) {
      const link = leastUseful(table, now);
      if (link === null) return;
      this.#ctx.tell(link, { type: "refuse", reason: "full", alternates: this.alternates(link.id) });
      this.#ctx.contacts.rest(link.id, now + BACK_OFF_MAX);
      this.#giveUp(link);
    }
  }

  /** Full neighbours that could stand in for us: of the bucket in which the other sees us, which is the one in which we see it. */
  alternates(id: NodeId): NodeId[] {
    const { table, self } = this.#ctx;
    const prefix = commonPrefix(self.id, id);
    // Whoever shares more bits with us than the other does lies, with us, in one bucket of the other.
    const beside = table.full().filter((link) => link.id !== id && link.prefix > prefix);
    const named = beside.length > 0 ? beside : table.nearest(id, MAX_ALTERNATES + 1).filter((link) => link.id !== id);
    return named.slice(0, MAX_ALTERNATES).map((link) => link.id);
  }

  #giveUp(link: Link): void {
    link.refused = true;
    link.wanted = null;
    this.#ctx.emit({ type: "release-link", peer: link.id });
    this.#ctx.table.changed();
    this.#ctx.stale = true;
  }
}

const REST = 5_000;
/** Neighbours of a node that vanishes without a word notice it within about so long of one another: they ping after 15 s. */
const NOTICING_SILENCE = 15_000;

/** A one-hop message, or null where the bytes are refused or unknown. */
export function hopMessage(ctx: Context, link: Link, frame: OverlayFrame): HopMessage | null {
  const result = decoded(() => ({ message: decodeHopBody(frame.type, frame.body) }));
  if (result === null) ctx.drop(link, "bad-overlay-body");
  return result?.message ?? null;
}

/** Types of frames that end at the neighbour. */
export function isHopType(type: number): boolean {
  return type <= OVERLAY.ack || type === OVERLAY["siblings-answer"];
}
