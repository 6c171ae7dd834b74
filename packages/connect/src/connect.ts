import type { Machine, NodeId, RandomBytes } from "@starling/protocol";
import { associationReported } from "./association.ts";
import { carrierChanged, peerGone, peersSeen } from "./carrier.ts";
import { dialDue } from "./dialling.ts";
import type { ConnectEffect } from "./effects.ts";
import type { ConnectInput, SessionId } from "./inputs.ts";
import { type ConnectLimits, DEFAULT_LIMITS } from "./limits.ts";
import { receive } from "./receiving.ts";
import { type Self, State } from "./state.ts";
import { passTime } from "./timeouts.ts";
import { ban, disconnect, unwant, want } from "./wishes.ts";

export interface ConnectOptions {
  readonly self: Self;
  readonly random: RandomBytes;
  /** Defaults: {@link DEFAULT_LIMITS}. */
  readonly limits?: Partial<ConnectLimits>;
  /** Whether to accept a peer that dials us; all by default. Asked once for each intent whose signature holds. */
  readonly accept?: (peer: NodeId) => boolean;
}

/** A link that stands. */
export interface LinkEntry {
  readonly peer: NodeId;
  readonly session: SessionId;
  /** When it came up, on the machine's clock. */
  readonly since: number;
}

/** `dialling`: a session with the peer is under way, whoever began it. `waiting`: wanted, and not dialled just now. */
export type PeerStatus = "linked" | "dialling" | "waiting" | "none";

/** How much the machine holds, for statistics and for tests of its bounds. */
export interface ConnectCounts {
  /** Associations made so far, closed ones included. */
  readonly created: number;
  readonly sessions: number;
  readonly peers: number;
  readonly bans: number;
  readonly sources: number;
  readonly rememberedSessions: number;
  /** `sign` and `verify` effects under way. */
  readonly pending: number;
}

/**
 * Connection set-up as a pure machine: makes one link for each wanted peer, and accepts those that others want
 * (docs/protocol.md, "Connecting two peers").
 */
export class Connect implements Machine<ConnectInput, ConnectEffect> {
  readonly #state: State;

  constructor({ self, random, limits, accept }: ConnectOptions) {
    this.#state = new State({
      self,
      random,
      limits: { ...DEFAULT_LIMITS, ...limits },
      accept: accept ?? (() => true),
    });
  }

  handle(input: ConnectInput, now: number): readonly ConnectEffect[] {
    this.#state.now = now;
    this.#apply(input);
    dialDue(this.#state);
    return this.#state.takeEffects();
  }

  links(): readonly LinkEntry[] {
    const links: LinkEntry[] = [];
    for (const { id, link } of this.#state.peers.values()) {
      if (link !== null) links.push({ peer: id, session: link.id, since: link.linkedAt });
    }
    return links;
  }

  /** The session of the peer's link; null when it is not linked. */
  sessionOf(peer: NodeId): SessionId | null {
    return this.#state.peers.get(peer)?.link?.id ?? null;
  }

  status(peer: NodeId): PeerStatus {
    const known = this.#state.peers.get(peer);
    if (known === undefined) return "none";
    if (known.link !== null) return "linked";
    if (known.sessions.size > 0) return "dialling";
    return known.wanted === null ? "none" : "waiting";
  }

  counts(): ConnectCounts {
    const { created, sessions, peers, bans, rates, rememberedCount, awaited } = this.#state;
    return {
      created,
      sessions: sessions.size,
      peers: peers.size,
      bans: bans.size,
      sources: rates.size,
      rememberedSessions: rememberedCount,
      pending: awaited.size,
    };
  }

  #apply(input: ConnectInput): void {
    const state = this.#state;
    switch (input.type) {
      case "want":
        want(state, input.peer, input.importance ?? "transfer");
        break;
      case "unwant":
        unwant(state, input.peer);
        break;
      case "ban":
        ban(state, input.peer, input.reason, input.untilMs);
        break;
      case "disconnect":
        disconnect(state, input.peer, input.reason);
        break;
      case "message":
        receive(state, input.from, input.body);
        break;
      case "gone":
        peerGone(state, input.to);
        break;
      case "seen":
        peersSeen(state, input.peers);
        return;
      case "carrier":
        carrierChanged(state, input.open);
        break;
      case "signed":
        state.awaited.signed(input.token, input.signature);
        break;
      case "verified":
        state.awaited.verified(input.token, input.ok);
        break;
      case "tick":
        passTime(state);
        break;
      default:
        associationReported(state, input);
    }
  }
}
