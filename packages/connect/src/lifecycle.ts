import type { NodeId } from "@starling/protocol";
import { backOffAfter, NO_BACK_OFF } from "./back-off.ts";
import type { DownReason } from "./effects.ts";
import { SETTLED_MS } from "./limits.ts";
import { hasAssociation, type Session } from "./session.ts";
import type { Peer, State } from "./state.ts";

/** How a session ends. */
export interface Ending {
  readonly reason: DownReason;
  readonly detail: string;
  /** The association ended by itself: it needs no `close`. */
  readonly closed?: boolean;
  readonly alternates?: readonly NodeId[];
  /** Back-off before the next dial, where the reason alone does not tell. */
  readonly retry?: Retry;
}

type Retry = "now" | "away" | "failure";

/**
 * Ends a session for good: afterwards nothing of it remains. A link is reported down; an attempt that we made, or that
 * would have served a want of ours, is reported failed; either way the peer's next dial is set. While another session
 * of the peer stands or is under way, the attempt as a whole has not failed.
 */
export function endSession(state: State, session: Session, ending: Ending): void {
  const peer = state.peer(session.peer);
  const wasLinked = session.phase === "linked";
  const hadAssociation = hasAssociation(session);
  const others = peer.sessions.size - 1;
  if (others === 0) setRetry(state, peer, session, ending);
  release(state, session);
  const { reason, detail } = ending;
  if (wasLinked) state.emit({ type: "link-down", peer: peer.id, session: session.id, reason, detail });
  if (hadAssociation && ending.closed !== true) state.emit({ type: "close", session: session.id, reason: detail });
  if (!wasLinked && others === 0 && (session.dialler || peer.wanted !== null)) {
    const retryAt = peer.wanted === null || !Number.isFinite(peer.retryAt) ? null : peer.retryAt;
    state.emit({
      type: "attempt-failed",
      peer: peer.id,
      reason,
      retryAt,
      detail,
      alternates: ending.alternates ?? [],
    });
  }
}

/** Ends an attempt that another session of the peer made needless, or that nobody here wants any more. Not a failure. */
export function dropSession(state: State, session: Session, detail: string): void {
  const hadAssociation = hasAssociation(session);
  release(state, session);
  if (hadAssociation) state.emit({ type: "close", session: session.id, reason: detail });
}

/** Frames may follow our hello; an older link of the peer stands until its own hello came. */
export function linkOpening(state: State, { id, peer, keys, remote }: Session): void {
  if (keys === null || remote === null) return;
  state.emit({ type: "link-opening", peer, session: id, localNonce: keys.nonce, remoteNonce: remote.nonce });
}

/**
 * The channel proved the peer. An older link of the same peer is gone without our knowing (its page was loaded anew), so
 * the new one takes its place; attempts older than it are needless.
 *
 * Invariant: a peer has at most one linked session.
 */
export function linkUp(state: State, session: Session): void {
  const { keys, remote } = session;
  if (keys === null || remote === null) return;
  const peer = state.peer(session.peer);
  for (const other of [...peer.sessions]) {
    if (other === peer.link) endSession(state, other, { reason: "replaced", detail: "replaced by a newer link" });
    else if (other.order < session.order) dropSession(state, other, "another session was first");
  }
  session.phase = "linked";
  session.deadline = Number.POSITIVE_INFINITY;
  session.linkedAt = state.now;
  peer.link = session;
  peer.limitReported = false;
  state.emit({
    type: "link-up",
    peer: peer.id,
    session: session.id,
    publicKey: remote.publicKey,
    dialled: session.dialler,
    localNonce: keys.nonce,
    remoteNonce: remote.nonce,
  });
}

/** The peer lives: whatever kept us from dialling it is out of date. */
export function clearBackOff(state: State, peer: Peer): void {
  peer.backOff = NO_BACK_OFF;
  peer.retryAt = state.now;
}

function release(state: State, session: Session): void {
  const isWasted = hasAssociation(session) && session.phase !== "linked";
  if (isWasted && !session.dialler) state.rates.penalize(session.peer, state.now);
  state.forget(session);
}

function setRetry(state: State, peer: Peer, session: Session, ending: Ending): void {
  const settled = session.phase === "linked" && state.now - session.linkedAt >= SETTLED_MS;
  if (settled) clearBackOff(state, peer);
  const bannedUntil = state.bans.until(peer.id, state.now);
  const retry = ending.retry ?? retryAfter(session, ending.reason, settled);
  if (bannedUntil !== null) {
    peer.retryAt = bannedUntil;
  } else if (retry === "now") {
    peer.retryAt = state.now;
  } else {
    const { next, delayMs } = backOffAfter(retry, peer.backOff, state.random);
    peer.backOff = next;
    peer.retryAt = state.now + delayMs;
  }
}

/**
 * A peer that went away is asked again soon. So is one whose link did not stand for long: most often it loads its page
 * anew. All else is a failure that will most likely repeat itself.
 */
function retryAfter(session: Session, reason: DownReason, settled: boolean): Retry {
  if (reason === "unwanted" || reason === "limit") return "now";
  if (session.phase === "linked") {
    if (reason !== "remote-closed" && reason !== "ice-failed") return "failure";
    return settled ? "now" : "away";
  }
  const isUnanswered = session.phase === "intent" && reason !== "refused";
  return reason === "unreachable" || isUnanswered ? "away" : "failure";
}
