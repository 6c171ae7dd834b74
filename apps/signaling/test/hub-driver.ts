import { type ClientMessage, encodeClientMessage, type NodeId, nodeIdOf, type ServerMessage } from "@starling/protocol";
import type { HubEffect } from "../src/hub/effects.ts";
import { Hub } from "../src/hub/hub.ts";
import { DEFAULT_HUB_LIMITS, type HubLimits } from "../src/hub/limits.ts";

/** A public key told from all others by its number. */
export function key(number: number): Uint8Array {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

export const idOf = (number: number): NodeId => nodeIdOf(key(number));

/** A pseudo-random source with a seed (mulberry32). */
export function seeded(seed: number): (length: number) => Uint8Array {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) & 0xff;
  };
  return (length) => Uint8Array.from({ length }, next);
}

/** Drives a hub at times that the test says; signatures are good unless said otherwise. */
export class HubDriver {
  readonly hub: Hub;
  now = 0;

  constructor(limits: Partial<HubLimits> = {}) {
    this.hub = new Hub({
      limits: { ...DEFAULT_HUB_LIMITS, ...limits },
      ice: [{ urls: ["stun:a"] }],
      random: seeded(1),
    });
  }

  open(socket: number, address = "192.0.2.1"): readonly HubEffect[] {
    return this.hub.handle({ type: "open", socket, address }, this.now);
  }

  say(socket: number, message: ClientMessage): readonly HubEffect[] {
    return this.text(socket, encodeClientMessage(message));
  }

  text(socket: number, text: string): readonly HubEffect[] {
    return this.hub.handle({ type: "message", socket, text }, this.now);
  }

  verified(socket: number, ok = true): readonly HubEffect[] {
    return this.hub.handle({ type: "verified", socket, ok, time: 1_000_000 }, this.now);
  }

  closed(socket: number): readonly HubEffect[] {
    return this.hub.handle({ type: "closed", socket }, this.now);
  }

  tick(): readonly HubEffect[] {
    return this.hub.handle({ type: "tick" }, this.now);
  }

  /** Goes from opening to `welcome`; the socket's number is the key's too unless given. */
  join(socket: number, number = socket, address = `198.51.${socket >> 8}.${socket & 255}`): readonly HubEffect[] {
    this.open(socket, address);
    this.say(socket, { type: "hello", v: 1, publicKey: key(number) });
    this.say(socket, { type: "prove", signature: new Uint8Array(64) });
    return this.verified(socket);
  }
}

/** Messages sent to a socket. */
export function sentTo(socket: number, effects: readonly HubEffect[]): ServerMessage[] {
  return effects.flatMap((effect) => (effect.type === "send" && effect.socket === socket ? [effect.message] : []));
}

export const signal = (to: NodeId, body = "aGVsbG8"): ClientMessage => ({ type: "signal", to, body });
