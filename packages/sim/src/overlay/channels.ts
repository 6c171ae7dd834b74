import type { EventQueue } from "../event-queue.ts";
import type { TraceHash } from "../trace-hash.ts";
import { oneWayMs } from "./latency-map.ts";
import { enter, type OverlayLink, type OverlayNode, otherEnd } from "./overlay-node.ts";

/** A peer that vanishes without a word is noticed when consent to send expires (RFC 7675, section 5.1). */
const CONSENT_EXPIRY_MS = 30_000;

/** Makes of a frame that is sent what gives it back when it arrives: cheaper to hold meanwhile, where many are under way. */
export type HoldFrame<Frame> = (frame: Frame) => () => Frame;

/** What channels need of the world. */
interface ChannelWorld<Frame> {
  readonly events: EventQueue;
  readonly trace: TraceHash;
  readonly hold: HoldFrame<Frame>;
  /** Told of every frame as it is sent. */
  sent(from: string, to: string, frame: Frame, bytes: number): void;
}

/** The channels of links that were made: they bring frames after the latency of their way, and end at once or silently. */
export class Channels<Frame> {
  readonly #world: ChannelWorld<Frame>;

  constructor(world: ChannelWorld<Frame>) {
    this.#world = world;
  }

  /** `dialled`: the dialler is told that it dialled. */
  open(dialler: OverlayNode<Frame>, accepter: OverlayNode<Frame>, dialled = true): void {
    if (dialler.links.has(accepter.id)) return;
    const { events, trace } = this.#world;
    const delayMs = oneWayMs(dialler.place, accepter.place);
    const link: OverlayLink<Frame> = { a: dialler, b: accepter, dialler, delayMs, since: events.now, open: true };
    dialler.links.set(accepter.id, link);
    accepter.links.set(dialler.id, link);
    trace.number(events.now);
    events.after(0, () => {
      if (link.open) enter(dialler, () => dialler.host.linkUp(accepter.id, dialled));
      if (link.open) enter(accepter, () => accepter.host.linkUp(dialler.id, false));
    });
  }

  /** Lost without a link, and across a partition. */
  send(from: OverlayNode<Frame>, to: string, frame: Frame, bytes: number): void {
    const link = from.links.get(to);
    if (link === undefined || !from.alive) return;
    from.sent.frames++;
    from.sent.bytes += bytes;
    this.#world.sent(from.id, to, frame, bytes);
    if (link.a.group !== link.b.group) return;
    const { events, trace, hold } = this.#world;
    const target = otherEnd(link, from);
    const held = hold(frame);
    events.after(link.delayMs, () => {
      if (!link.open || !target.alive) return;
      trace.number(events.now);
      trace.number(from.index * 65_536 + target.index + bytes / 1_000);
      enter(target, () => target.host.receive(from.id, held()));
    });
  }

  /** One end closes the channel: it knows at once, the other a moment later. */
  close(link: OverlayLink<Frame>, by: OverlayNode<Frame>): void {
    const other = otherEnd(link, by);
    this.#world.events.after(0, () => this.#down(link, by));
    this.#world.events.after(link.delayMs, () => this.#down(link, other));
  }

  /** A node is no more. Whom it was linked with notices at once, or if it went silently as consent expires. */
  gone(node: OverlayNode<Frame>, silently: boolean): void {
    for (const link of node.links.values()) {
      this.#world.events.after(silently ? CONSENT_EXPIRY_MS : link.delayMs, () =>
        this.#down(link, otherEnd(link, node)),
      );
    }
  }

  /** Groups changed: links that it dialled end if they lead to another group still when consent expires. */
  regrouped(node: OverlayNode<Frame>): void {
    for (const link of node.links.values()) if (link.a === node) this.#expireIfCut(link);
  }

  #expireIfCut(link: OverlayLink<Frame>): void {
    if (link.a.group === link.b.group) return;
    this.#world.events.after(CONSENT_EXPIRY_MS, () => {
      if (link.a.group === link.b.group) return;
      this.#down(link, link.a);
      this.#down(link, link.b);
    });
  }

  #down(link: OverlayLink<Frame>, at: OverlayNode<Frame>): void {
    link.open = false;
    const peer = otherEnd(link, at).id;
    if (at.links.get(peer) !== link) return;
    at.links.delete(peer);
    at.wants.delete(peer);
    enter(at, () => at.host.linkDown(peer));
  }
}
