import { AwaitedSignatures, type NodeId, type RandomBytes } from "@starling/protocol";
import { type BackOff, NO_BACK_OFF } from "./back-off.ts";
import { Bans } from "./bans.ts";
import type { ConnectEffect } from "./effects.ts";
import type { Importance, SessionId } from "./inputs.ts";
import { type ConnectLimits, MAX_MESSAGES_PER_SESSION, MAX_REMEMBERED_SESSIONS } from "./limits.ts";
import { isHalfOpen, type Phase, type Session, type SessionKeys } from "./session.ts";
import { SourceRates } from "./source-rates.ts";

/** Who we are: the id must be that of the public key (Ed25519, 32 bytes). */
export interface Self {
  readonly nodeId: NodeId;
  readonly publicKey: Uint8Array;
}

/** What is known of a peer while it is wanted, has sessions, or must be left in peace. */
export interface Peer {
  readonly id: NodeId;
  wanted: Importance | null;
  unwantedAt: number;
  backOff: BackOff;
  /** No dial before this time. */
  retryAt: number;
  /** All sessions, the linked one included. */
  readonly sessions: Set<Session>;
  link: Session | null;
  /** Its want was reported as beyond the dial limits. */
  limitReported: boolean;
}

export interface StateOptions {
  readonly self: Self;
  readonly random: RandomBytes;
  readonly limits: ConnectLimits;
  readonly accept: (peer: NodeId) => boolean;
}

/** All that the machine remembers, and the effects of the input being handled. */
export class State {
  readonly self: Self;
  readonly random: RandomBytes;
  readonly limits: ConnectLimits;
  readonly accept: (peer: NodeId) => boolean;
  readonly peers = new Map<NodeId, Peer>();
  readonly sessions = new Map<SessionId, Session>();
  /** Tokens die with their session. */
  readonly awaited = new AwaitedSignatures();
  readonly rates = new SourceRates();
  readonly bans = new Bans();
  now = 0;
  carrierOpen = false;
  /** For the next dial, made while there was no carrier yet: a page's first pair of keys takes its processor for tens of ms. */
  spareKeys: SessionKeys | null = null;
  /** Associations made so far; Chrome counts closed ones too. */
  created = 0;
  #effects: ConnectEffect[] = [];
  #orders = 0;
  /** Incoming sessions that were once accepted, the oldest first. */
  readonly #remembered = new Set<SessionId>();

  constructor(options: StateOptions) {
    this.self = options.self;
    this.random = options.random;
    this.limits = options.limits;
    this.accept = options.accept;
  }

  emit(effect: ConnectEffect): void {
    this.#effects.push(effect);
  }

  takeEffects(): readonly ConnectEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  peer(id: NodeId): Peer {
    const known = this.peers.get(id);
    if (known !== undefined) return known;
    const peer: Peer = {
      id,
      wanted: null,
      unwantedAt: this.now,
      backOff: NO_BACK_OFF,
      retryAt: this.now,
      sessions: new Set(),
      link: null,
      limitReported: false,
    };
    this.peers.set(id, peer);
    return peer;
  }

  begin(id: SessionId, peer: NodeId, phase: Phase, timeoutMs: number): Session {
    const session: Session = {
      id,
      peer,
      dialler: phase === "intent",
      order: this.#orders++,
      phase,
      deadline: this.now + timeoutMs,
      linkedAt: 0,
      keys: null,
      remote: null,
      secret: null,
      hashes: new Map(),
      localFingerprint: null,
      remoteFingerprint: null,
      helloSent: false,
      remoteHello: "missing",
      crossed: false,
      outbox: [],
      signing: null,
      gathered: [],
      gatheredCount: 0,
      inbox: [],
      checking: null,
      budget: MAX_MESSAGES_PER_SESSION,
      badSignatures: 0,
      taken: new Set(),
      receivedCandidates: 0,
      unanswered: [],
      resendAt: Number.POSITIVE_INFINITY,
      resends: 0,
    };
    this.sessions.set(id, session);
    this.peer(peer).sessions.add(session);
    return session;
  }

  /** Forgets the session, its tokens and, when nothing else is known of it, its peer. */
  forget(session: Session): void {
    this.sessions.delete(session.id);
    if (session.signing !== null) this.awaited.forget(session.signing);
    if (session.checking !== null) this.awaited.forget(session.checking);
    const peer = this.peer(session.peer);
    peer.sessions.delete(session);
    if (peer.link === session) peer.link = null;
    this.forgetIdlePeer(peer);
  }

  /** A peer is kept while it is wanted, has sessions, or a back-off runs that a new want must respect. */
  forgetIdlePeer(peer: Peer): void {
    if (peer.wanted !== null || peer.sessions.size > 0) return;
    if (peer.retryAt <= this.now || this.bans.until(peer.id, this.now) !== null) this.peers.delete(peer.id);
  }

  /** Whether an incoming session of this id was accepted before: then its intent is a replay. */
  isRemembered(id: SessionId): boolean {
    return this.#remembered.has(id);
  }

  remember(id: SessionId): void {
    this.#remembered.add(id);
    if (this.#remembered.size <= MAX_REMEMBERED_SESSIONS) return;
    const [oldest] = this.#remembered;
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }

  get rememberedCount(): number {
    return this.#remembered.size;
  }

  /** Distinct peers that hold a link, or an attempt that may become one. */
  occupied(): number {
    let count = 0;
    for (const peer of this.peers.values()) if (holdsPlace(peer)) count++;
    return count;
  }

  halfOpen(): number {
    let count = 0;
    for (const session of this.sessions.values()) if (isHalfOpen(session)) count++;
    return count;
  }
}

/** Whether the peer counts towards the limit of links. */
export function holdsPlace(peer: Peer): boolean {
  for (const session of peer.sessions) {
    if (session.phase !== "verifying" && session.phase !== "refusing") return true;
  }
  return false;
}
