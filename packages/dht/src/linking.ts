import type { NodeId } from "@starling/protocol";
import type { Context } from "./context.ts";
import type { Dialling } from "./dialling.ts";
import type { Exploring } from "./exploring.ts";
import type { FastPath } from "./fast-path.ts";
import type { DhtInput } from "./inputs.ts";
import { MAX_NAMED } from "./limits.ts";
import type { Link } from "./link.ts";
import type { Liveness } from "./liveness.ts";
import type { Mode } from "./mode.ts";
import type { Neighbours } from "./neighbours.ts";
import type { Records } from "./records/records.ts";
import type { ServerUse } from "./server-use.ts";
import type { SourceRoutes } from "./source-routes.ts";
import type { Upkeep } from "./upkeep.ts";

/** The parts of the machine that a link's coming or going concerns. */
interface LinkingParts {
  readonly mode: Mode;
  readonly neighbours: Neighbours;
  readonly liveness: Liveness;
  readonly dialling: Dialling;
  readonly server: ServerUse;
  readonly fast: FastPath;
  readonly routes: SourceRoutes;
  readonly records: Records;
  readonly exploring: Exploring;
  readonly upkeep: Upkeep;
}

/** What follows when a link comes up, ends, or could not be made. */
export class Linking {
  readonly #ctx: Context;
  readonly #parts: LinkingParts;

  constructor(ctx: Context, parts: LinkingParts) {
    this.#ctx = ctx;
    this.#parts = parts;
  }

  up({ peer, publicKey, dialled }: Extract<DhtInput, { type: "link-up" }>): void {
    if (dialled && this.#ctx.table.size === 0) this.#parts.mode.joins();
    const link = this.#parts.neighbours.up(peer, publicKey, dialled);
    if (link === null) return;
    this.#parts.liveness.begin(link);
    this.#ctx.stale = true;
    this.#parts.upkeep.hurry();
  }

  down(peer: NodeId): void {
    const link = this.#ctx.table.get(peer);
    if (link !== undefined) this.#gone(link);
  }

  dialFailed({ peer, alternates }: Extract<DhtInput, { type: "dial-failed" }>): void {
    this.#parts.dialling.failed(peer);
    if (this.#parts.server.visiting === peer) this.#parts.server.visiting = null;
    this.#parts.neighbours.named(alternates.slice(0, MAX_NAMED), peer);
    this.#parts.upkeep.hurry();
  }

  /** The neighbour took its leave. */
  left(link: Link): void {
    this.#ctx.contacts.forget(link.id);
    this.#gone(link);
  }

  /** Ends the links that this node's parts gave up. */
  endDropped(): void {
    for (const { link, reason, ban } of this.#ctx.ending.splice(0)) {
      if (this.#ctx.table.get(link.id) !== link) continue;
      this.#ctx.emit({ type: "drop", peer: link.id, reason, ban });
      if (ban) this.#ctx.contacts.forget(link.id);
      this.#gone(link);
    }
  }

  /** The neighbour is no more: what it was asked goes elsewhere, and its place is filled. */
  #gone(link: Link): void {
    this.#parts.neighbours.down(link);
    this.#parts.records.linkDown(link.id);
    this.#parts.fast.linkDown(link.id);
    this.#parts.routes.linkDown(link.id);
    if (this.#ctx.table.size === 0) this.#parts.exploring.alone();
    this.#ctx.stale = true;
    this.#parts.upkeep.hurry();
  }
}
