import { dropSession, endSession } from "./lifecycle.ts";
import { CROSSED_LINGER_MS, LINGER_MS } from "./limits.ts";
import { resend } from "./sending.ts";
import { hasAssociation, type Session } from "./session.ts";
import type { Peer, State } from "./state.ts";

/** All that happens by time alone. Dials are not among it: they follow every input. */
export function passTime(state: State): void {
  state.bans.expire(state.now);
  for (const session of [...state.sessions.values()]) passSessionTime(state, session);
  for (const peer of [...state.peers.values()]) {
    closeUnwanted(state, peer);
    state.forgetIdlePeer(peer);
  }
}

function passSessionTime(state: State, session: Session): void {
  if (state.now >= session.deadline) expire(state, session);
  else if (state.carrierOpen && state.now >= session.resendAt && isSettingUp(session)) resend(state, session);
}

function isSettingUp(session: Session): boolean {
  return session.phase === "intent" || session.phase === "accepted" || session.phase === "negotiating";
}

function expire(state: State, session: Session): void {
  if (!session.dialler && !hasAssociation(session)) {
    dropSession(state, session, "the peer did not go on");
    return;
  }
  const reason = session.badSignatures > 0 ? "bad-signature" : "timeout";
  endSession(state, session, { reason, detail: `no ${awaited(session)} in time` });
}

/** What did not come, for the detail of the report. */
function awaited(session: Session): string {
  if (session.phase === "intent") return "accept";
  if (session.phase === "hello") return "hello";
  return session.remoteFingerprint === null ? "answer" : "channel";
}

/**
 * The side that dialled a link closes it once it no longer wants it; the side that accepted keeps it, as the dialler
 * wants it for as long as it stands. If both had wanted it (their intents crossed), the dialler lets the other, which
 * may still want it, have it for longer. If the other wants it after all it dials anew, and then keeps it itself.
 */
function closeUnwanted(state: State, peer: Peer): void {
  const { link, wanted } = peer;
  if (link === null || wanted !== null || !link.dialler) return;
  const unwantedSince = Math.max(peer.unwantedAt, link.linkedAt);
  if (state.now - unwantedSince < (link.crossed ? CROSSED_LINGER_MS : LINGER_MS)) return;
  endSession(state, link, { reason: "unwanted", detail: "no longer wanted" });
}
