import {
  advanceReply,
  advanceSource,
  decoded,
  decodeSourceReply,
  decodeSourceRoute,
  encodeSourceReply,
  encodeSourceRoute,
  MAX_SOURCE_PATH,
  type NodeId,
  nextReplyHandle,
  nextSourceHandle,
  OVERLAY,
  OVERLAY_TTL,
  type OverlayAnswer,
  type OverlayFrame,
  type OverlayKey,
  type OverlayRequest,
  replyPath,
  splitSourcePath,
} from "@starling/protocol";
import type { Context } from "./context.ts";
import type { Link } from "./link.ts";
import { mayRelay } from "./relay-limits.ts";
import type { Served } from "./serving.ts";

/** A way to a node: the neighbour that it begins at, and the handles from there on. */
export interface Path {
  readonly first: NodeId;
  readonly handles: readonly number[];
}

interface Asked {
  readonly first: NodeId;
  readonly deadline: number;
  readonly done: (answer: OverlayAnswer | null) => void;
}

/** Requests along paths that the asker names, hop by hop; their answers come back along the path that the hops filled in. */
export class SourceRoutes {
  readonly #ctx: Context;
  readonly #serve: (served: Served) => void;
  readonly #asked = new Map<string, Asked>();

  constructor(ctx: Context, serve: (served: Served) => void) {
    this.#ctx = ctx;
    this.#serve = serve;
  }

  /** Asks the node at the path's end. `done` comes once; null: no answer in time, or the path leads nowhere. */
  ask(
    path: Path,
    target: OverlayKey,
    request: OverlayRequest,
    waitMs: number,
    done: (answer: OverlayAnswer | null) => void,
  ): void {
    const { now, self } = this.#ctx;
    const link = this.#ctx.table.get(path.first);
    if (link === undefined || path.handles.length > MAX_SOURCE_PATH) return done(null);
    const id = this.#ctx.messageId();
    const back = path.handles.map(() => 0);
    const body = encodeSourceRoute({ path: { at: 0, forward: path.handles, back }, request });
    this.#asked.set(id, { first: path.first, deadline: now + waitMs, done });
    this.#ctx.wake(now + waitMs);
    const type = OVERLAY["source-route"];
    this.#ctx.send(link, { type, flags: 0, ttl: OVERLAY_TTL, id, target, source: self.id, body });
  }

  onRoute(link: Link, frame: OverlayFrame): void {
    const handle = decoded(() => ({ next: nextSourceHandle(frame.body) }));
    if (handle === null) return this.#ctx.drop(link, "bad-source-route");
    if (handle.next === null) return this.#arrived(link, frame);
    const next = this.#ctx.table.byHandle(handle.next);
    if (next === undefined || frame.ttl <= 1) {
      return this.#answer(link, frame, { kind: "failed", reason: "broken-path" });
    }
    if (!mayRelay(link, frame.source, frame.body.length, null, this.#ctx.now)) {
      return this.#answer(link, frame, { kind: "failed", reason: "limited" });
    }
    this.#ctx.send(next, { ...frame, ttl: frame.ttl - 1, body: advanceSource(frame.body, link.handle) });
  }

  onReply(link: Link, frame: OverlayFrame): void {
    const handle = decoded(() => ({ next: nextReplyHandle(frame.body) }));
    if (handle === null) return this.#ctx.drop(link, "bad-source-reply");
    if (handle.next === null) return this.#answered(link, frame);
    const next = this.#ctx.table.byHandle(handle.next);
    if (next === undefined || frame.ttl <= 1) return;
    if (!mayRelay(link, frame.source, frame.body.length, null, this.#ctx.now)) return;
    this.#ctx.send(next, { ...frame, ttl: frame.ttl - 1, body: advanceReply(frame.body) });
  }

  /** Questions that began at a lost neighbour get no answer. */
  linkDown(peer: NodeId): void {
    for (const [id, { first, done }] of this.#asked) {
      if (first !== peer) continue;
      this.#asked.delete(id);
      done(null);
    }
  }

  tick(): void {
    const { now } = this.#ctx;
    for (const [id, { deadline, done }] of this.#asked) {
      if (deadline > now) continue;
      this.#asked.delete(id);
      done(null);
    }
    for (const { deadline } of this.#asked.values()) this.#ctx.wake(deadline);
  }

  #arrived(link: Link, frame: OverlayFrame): void {
    const route = decoded(() => decodeSourceRoute(frame.body));
    this.#serve({
      frame,
      from: link.id,
      request: route?.request ?? null,
      answer: (answer) => this.#answer(link, frame, answer),
    });
  }

  #answer(link: Link, frame: OverlayFrame, answer: OverlayAnswer): void {
    if (this.#ctx.table.get(link.id) !== link) return;
    const path = replyPath(splitSourcePath(frame.body).prefix);
    const body = encodeSourceReply({ path, answer });
    const type = OVERLAY["source-reply"];
    const target: OverlayKey = frame.source;
    this.#ctx.send(link, { type, flags: 0, ttl: OVERLAY_TTL, id: frame.id, target, source: this.#ctx.self.id, body });
  }

  #answered(link: Link, frame: OverlayFrame): void {
    const asked = this.#asked.get(frame.id);
    if (asked === undefined || asked.first !== link.id) return;
    this.#asked.delete(frame.id);
    const reply = decoded(() => decodeSourceReply(frame.body));
    asked.done(reply?.answer ?? null);
  }
}
