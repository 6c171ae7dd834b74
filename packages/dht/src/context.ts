import {
  AwaitedSignatures,
  encodeHopBody,
  type HopMessage,
  type KnownNode,
  type NodeId,
  OVERLAY,
  OVERLAY_HEADER_BYTES,
  type OverlayFrame,
  type OverlayKey,
  type RandomBytes,
  toHex,
} from "@starling/protocol";
import { Contacts } from "./contacts.ts";
import type { DhtEffect } from "./effects.ts";
import { MAX_BAD_SIGNATURES } from "./limits.ts";
import type { Link } from "./link.ts";
import { Table } from "./table.ts";

/** What the parts of the machine share: the time and the effects of the running call, links, contacts, and who is asked to wake. */
export class Context {
  readonly self: KnownNode;
  readonly random: RandomBytes;
  readonly table: Table;
  readonly contacts: Contacts;
  readonly awaited = new AwaitedSignatures();
  now = 0;
  /** Whether this node takes part in routing and holds records. */
  full = true;
  /** Wall clock less machine's clock; null before the first `clock`. */
  wallOffset: number | null = null;
  /** When the next tick has something to do. */
  wakeAt = 0;
  /** Neighbours to be ended with the running input: never in the midst of an iteration over them. */
  readonly ending: { readonly link: Link; readonly reason: string; readonly ban: boolean }[] = [];
  /** Set when links or contacts changed so that dials may be due. */
  stale = true;
  #effects: DhtEffect[] = [];

  constructor(self: KnownNode, random: RandomBytes) {
    this.self = self;
    this.random = random;
    const [high = 0, low = 0] = random(2);
    this.table = new Table(self.id, high * 256 + low);
    this.contacts = new Contacts(self.id, random);
  }

  get wallMs(): number {
    return this.wallOffset === null ? 0 : Math.max(0, Math.floor(this.wallOffset + this.now));
  }

  emit(effect: DhtEffect): void {
    this.#effects.push(effect);
  }

  takeEffects(): readonly DhtEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** A tick is wanted at this time at the latest; what is overdue wants one now, so that it does not look like a sleep. */
  wake(at: number): void {
    this.wakeAt = Math.min(this.wakeAt, Math.max(at, this.now));
  }

  messageId(): string {
    return toHex(this.random(8));
  }

  /** 0 (included) to 1 (excluded). */
  fraction(): number {
    const [a = 0, b = 0, c = 0] = this.random(3);
    return (a * 65_536 + b * 256 + c) / 16_777_216;
  }

  send(link: Link, frame: OverlayFrame): void {
    link.bytesOut += OVERLAY_HEADER_BYTES + frame.body.length;
    this.#effects.push({ type: "send", peer: link.id, frame });
  }

  /** A frame of one hop. @param target of the header; the neighbour unless something is asked about another point. */
  tell(link: Link, message: HopMessage, id: string = this.messageId(), target: OverlayKey = link.id): void {
    const body = encodeHopBody(message);
    const source = this.self.id;
    this.send(link, { type: OVERLAY[message.type], flags: 0, ttl: 1, id, target, source, body });
  }

  /** The neighbour broke the protocol. */
  drop(link: Link, reason: string, ban = false): void {
    this.ending.push({ link, reason, ban });
  }

  /** Three of them end the link: once may be a fault on the way, thrice is not. */
  badSignature(peer: NodeId): void {
    const link = this.table.get(peer);
    if (link === undefined) return;
    link.badSignatures++;
    if (link.badSignatures >= MAX_BAD_SIGNATURES) this.drop(link, "bad-signatures", true);
  }

  sign(payload: Uint8Array, done: (signature: Uint8Array) => void): void {
    const token = this.awaited.toSign(done);
    this.emit({ type: "sign", token, payload });
  }

  verify(publicKey: Uint8Array, payload: Uint8Array, signature: Uint8Array, done: (ok: boolean) => void): void {
    const token = this.awaited.toVerify(done);
    this.emit({ type: "verify", token, publicKey, payload, signature });
  }
}
