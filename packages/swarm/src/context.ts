import type { NodeId, Root, SwarmMessage } from "@starling/protocol";
import type { SwarmEffect } from "./effects.ts";
import { Governor } from "./governor.ts";
import type { SwarmLimits } from "./limits.ts";
import type { Link } from "./link.ts";
import type { PeerState } from "./peer-state.ts";
import { PieceCache } from "./piece-cache.ts";
import type { ShareState } from "./share-state.ts";
import { SpeedLimits } from "./token-bucket.ts";

/** A `load` under way: its piece's length and who waits for it. */
export interface Loading {
  readonly length: number;
  readonly peers: Set<PeerState>;
}

/** What the parts of the machine share: the clock and effects of the running call, and the state of all shares. */
export class Context {
  readonly self: NodeId;
  readonly random: () => number;
  readonly limits: SwarmLimits;
  readonly cache: PieceCache;
  readonly governor: Governor;
  readonly speed = new SpeedLimits();
  readonly links = new Map<NodeId, Link>();
  readonly shares = new Map<Root, ShareState>();
  readonly sharesByTag = new Map<string, ShareState>();
  /** Loads under way, by cache key. */
  readonly loading = new Map<string, Loading>();
  loadingBytes = 0;
  /** Bytes sent to the link that was served last, when it was: no other may be further behind. */
  turn = 0;
  now = 0;
  effects: SwarmEffect[] = [];
  /** Bytes of begun pieces and of live requests, over all shares. */
  begunBytes = 0;
  outstandingBytes = 0;
  /** A piece was not begun for want of memory: ask again once some is free. */
  starved = false;
  /** The same for a piece that was not loaded. */
  loadStarved = false;
  /** Time before which silence proves nothing: the page was asleep. */
  awakeSince = 0;

  constructor(self: NodeId, random: () => number, limits: SwarmLimits) {
    this.self = self;
    this.random = random;
    this.limits = limits;
    this.governor = new Governor(limits.uplinkStartBytes);
    this.cache = new PieceCache(limits.heldBytes);
  }

  emit(effect: SwarmEffect): void {
    this.effects.push(effect);
  }

  send(peer: PeerState, message: SwarmMessage): void {
    this.emit({ type: "send", peer: peer.id, message });
  }
}
