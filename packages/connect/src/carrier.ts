import type { NodeId } from "@starling/protocol";
import { dropSession, endSession } from "./lifecycle.ts";
import { resend } from "./sending.ts";
import type { Session } from "./session.ts";
import type { State } from "./state.ts";

/** The carrier could not reach the peer. Sessions that can go on without another message from it do so. */
export function peerGone(state: State, id: NodeId): void {
  for (const session of [...(state.peers.get(id)?.sessions ?? [])]) {
    if (session.phase === "accepted") dropSession(state, session, "the peer is gone");
    else if (awaitsDialled(session)) {
      endSession(state, session, { reason: "unreachable", detail: "nobody answers at this id" });
    }
  }
}

/** Peers that are there now: the next attempt need not wait for a back-off that took them for away. */
export function peersSeen(state: State, ids: readonly NodeId[]): void {
  for (const id of ids) {
    const peer = state.peers.get(id);
    if (peer !== undefined && peer.backOff.away > 0 && peer.backOff.failures === 0) {
      peer.retryAt = Math.min(peer.retryAt, state.now);
    }
  }
}

/** Without a carrier an intent cannot be answered; once there is one again, all that is wanted is dialled at once. */
export function carrierChanged(state: State, open: boolean): void {
  if (open === state.carrierOpen) return;
  state.carrierOpen = open;
  for (const session of [...state.sessions.values()]) {
    if (!open && session.phase === "intent") dropSession(state, session, "no carrier");
    if (open && session.phase !== "hello" && session.phase !== "linked") resend(state, session);
  }
  if (open) for (const peer of state.peers.values()) peer.retryAt = Math.min(peer.retryAt, state.now);
}

function awaitsDialled(session: Session): boolean {
  return (
    session.dialler &&
    (session.phase === "intent" || session.phase === "negotiating") &&
    session.remoteFingerprint === null
  );
}
