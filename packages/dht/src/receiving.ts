import { type NodeId, OVERLAY, OVERLAY_HEADER_BYTES, OVERLAY_TTL, type OverlayFrame } from "@starling/protocol";
import type { Context } from "./context.ts";
import type { Exploring } from "./exploring.ts";
import type { FastPath } from "./fast-path.ts";
import type { Link } from "./link.ts";
import type { Liveness } from "./liveness.ts";
import type { Neighbourhood } from "./neighbourhood.ts";
import { hopMessage, isHopType, type Neighbours } from "./neighbours.ts";
import type { Records } from "./records/records.ts";
import type { ServerUse } from "./server-use.ts";
import type { SourceRoutes } from "./source-routes.ts";

/** The parts of the machine that frames are for. */
interface ReceivingParts {
  readonly liveness: Liveness;
  readonly fast: FastPath;
  readonly routes: SourceRoutes;
  readonly records: Records;
  readonly neighbours: Neighbours;
  readonly neighbourhood: Neighbourhood;
  readonly server: ServerUse;
  readonly exploring: Exploring;
  /** The neighbour said goodbye. */
  readonly left: (link: Link) => void;
}

/** Gives a neighbour's frames to the part of the machine that they are for. Unknown types are ignored. */
export class Receiving {
  readonly #ctx: Context;
  readonly #parts: ReceivingParts;

  constructor(ctx: Context, parts: ReceivingParts) {
    this.#ctx = ctx;
    this.#parts = parts;
  }

  frame(peer: NodeId, frame: OverlayFrame): void {
    const link = this.#ctx.table.get(peer);
    if (link === undefined) return;
    const { liveness, fast, routes, records } = this.#parts;
    link.bytesIn += OVERLAY_HEADER_BYTES + frame.body.length;
    liveness.heard(link);
    if (frame.ttl < 1 || frame.ttl > OVERLAY_TTL) return;
    switch (frame.type) {
      case OVERLAY.route:
        return fast.onRoute(link, frame);
      case OVERLAY.reply:
        return fast.onReply(link, frame);
      case OVERLAY["source-route"]:
        return routes.onRoute(link, frame);
      case OVERLAY["source-reply"]:
        return routes.onReply(link, frame);
      case OVERLAY.sync:
        return records.sync(peer, frame.body);
      default:
        if (isHopType(frame.type)) this.#hop(link, frame);
    }
  }

  #hop(link: Link, frame: OverlayFrame): void {
    const { liveness, fast, neighbours, neighbourhood, left } = this.#parts;
    const message = hopMessage(this.#ctx, link, frame);
    switch (message?.type) {
      case "ping":
        return this.#ctx.tell(link, { type: "pong" }, frame.id);
      case "pong":
        return liveness.onPong(link, frame.id);
      case "ack":
        return fast.onAck(link, frame.id, message.taken);
      case "state":
        return this.#state(link, message);
      case "leave":
        return left(link);
      case "refuse":
        return neighbours.onRefuse(link, message.alternates);
      case "siblings":
        return neighbourhood.onAsk(link, frame.id, frame.target);
      case "siblings-answer":
        return neighbourhood.onAnswer(link, message.nodes);
    }
  }

  #state(link: Link, message: Parameters<Neighbours["onState"]>[1]): void {
    const { neighbours, records, server, exploring } = this.#parts;
    const first = link.mode === null;
    neighbours.onState(link, message);
    if (message.time > 0) records.neighbourClock(link.id, message.time);
    if (!first) return;
    const visited = server.visiting === link.id;
    if (visited) server.visiting = null;
    exploring.met(link.id, visited);
  }
}
