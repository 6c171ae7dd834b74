import {
  type AcceptBody,
  type CandidatesBody,
  type DescriptionBody,
  fingerprintOf,
  messageHash,
  type RefuseBody,
  toHex,
} from "@starling/protocol";
import { answerIntent } from "./admission.ts";
import type { Content } from "./contents.ts";
import { dropSession, endSession, linkUp } from "./lifecycle.ts";
import { ICE_TIMEOUT_MS, MAX_SESSION_CANDIDATES } from "./limits.ts";
import { wasAnswered } from "./sending.ts";
import type { Session } from "./session.ts";
import type { State } from "./state.ts";

/** A message as it was received. */
export interface Received {
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}

/** What a message does once its signature is known to be the peer's; its place in the session was checked before. */
export function messageVerified(state: State, session: Session, content: Content, received: Received): void {
  switch (content.type) {
    case "intent":
      answerIntent(state, session, content.body, received.bytes);
      break;
    case "accept":
      accepted(state, session, content.body, received.bytes);
      break;
    case "refuse":
      refused(state, session, content.body);
      break;
    case "offer":
      offered(state, session, content.body, received.bytes);
      break;
    case "answer":
      answered(state, session, content.body);
      break;
    case "candidates":
      candidatesArrived(state, session, content.body, received.signature);
  }
}

/** The channel is the peer's. Our own hello must have gone out before anything else may. */
export function helloVerified(state: State, session: Session): void {
  session.remoteHello = "verified";
  if (session.helloSent) linkUp(state, session);
}

function accepted(state: State, session: Session, accept: AcceptBody, bytes: Uint8Array): void {
  wasAnswered(state, session, "intent");
  session.remote = accept;
  session.hashes.set("accept", messageHash(bytes));
  dropOthers(state, session);
  makeAssociation(state, session);
}

function refused(state: State, session: Session, { reason, alternates }: RefuseBody): void {
  endSession(state, session, { reason: "refused", detail: reason, alternates });
}

function offered(state: State, session: Session, { sdp }: DescriptionBody, bytes: Uint8Array): void {
  wasAnswered(state, session, "accept");
  session.hashes.set("offer", messageHash(bytes));
  session.remoteFingerprint = fingerprintOf(sdp);
  if (session.remoteFingerprint === null) {
    endSession(state, session, { reason: "protocol", detail: "offer without exactly one fingerprint" });
    return;
  }
  dropOthers(state, session);
  makeAssociation(state, session);
  state.emit({ type: "describe", session: session.id, description: { type: "offer", sdp } });
}

function answered(state: State, session: Session, { sdp }: DescriptionBody): void {
  wasAnswered(state, session, "offer");
  session.remoteFingerprint = fingerprintOf(sdp);
  if (session.remoteFingerprint === null) {
    endSession(state, session, { reason: "protocol", detail: "answer without exactly one fingerprint" });
    return;
  }
  state.emit({ type: "describe", session: session.id, description: { type: "answer", sdp } });
}

function candidatesArrived(
  state: State,
  session: Session,
  { candidates }: CandidatesBody,
  signature: Uint8Array,
): void {
  const key = toHex(signature);
  if (session.taken.has(key)) return;
  session.taken.add(key);
  for (const candidate of candidates.slice(0, MAX_SESSION_CANDIDATES - session.receivedCandidates)) {
    session.receivedCandidates++;
    state.emit({ type: "add-candidate", session: session.id, candidate });
  }
}

function makeAssociation(state: State, session: Session): void {
  session.phase = "negotiating";
  session.deadline = state.now + ICE_TIMEOUT_MS;
  state.created++;
  state.emit({ type: "create", session: session.id, initiator: session.dialler });
}

/**
 * The peer's answer to our fresh keys proves that it is there and goes on with this session; what else is under way with
 * it is out of date. Of two sessions that crossed, the side with the higher id may hold both; it decides here, by what
 * it verifies first, and the other session then ends on both sides.
 */
function dropOthers(state: State, session: Session): void {
  for (const other of [...state.peer(session.peer).sessions]) {
    if (other === session || other.phase === "linked") continue;
    const crossing = other.dialler !== session.dialler;
    // A later one of the same side stays: its page was loaded anew, and this message comes from the old one.
    if (!crossing && other.order > session.order) continue;
    session.crossed ||= crossing;
    dropSession(state, other, "another session goes on");
  }
}
