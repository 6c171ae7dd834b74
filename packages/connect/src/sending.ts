import {
  type ConnectType,
  encodeCandidatesBody,
  encodeHello,
  MAX_CANDIDATE_BYTES,
  MAX_CANDIDATES,
  messageHash,
  PROTOCOL_VERSION,
  SIGNATURE_BYTES,
  utf8,
} from "@starling/protocol";
import { helloPayloadOf, pack, payloadOf } from "./envelopes.ts";
import type { Candidate } from "./inputs.ts";
import { dropSession, endSession, linkOpening, linkUp } from "./lifecycle.ts";
import { MAX_RESENDS, MAX_SESSION_CANDIDATES, RESEND_AFTER_MS } from "./limits.ts";
import { type Outgoing, ownDescription, type Session } from "./session.ts";
import type { State } from "./state.ts";

/** Optional abilities of this version, for `hello`. */
const FEATURES: readonly string[] = [];

/** Signs and sends a message, after those queued before it. */
export function post(state: State, session: Session, type: ConnectType, body: Uint8Array): void {
  session.outbox.push({ type, body });
  signNext(state, session);
}

/** Sends our hello as the channel's first frame. */
export function postHello(state: State, session: Session): void {
  const payload = helloPayloadOf(state, session, "us");
  if (payload === null) return;
  // The channel stands, so connection messages have become needless; hello must not wait for them.
  session.outbox.length = 0;
  session.gathered.length = 0;
  session.outbox.push({ type: "hello", payload });
  signNext(state, session);
}

/**
 * Keeps a local candidate until it can go out. Those gathered while a signature is under way, or before our
 * description went out, go together.
 */
export function postCandidate(state: State, session: Session, candidate: Candidate): void {
  if (session.phase !== "negotiating" || session.gatheredCount >= MAX_SESSION_CANDIDATES) return;
  // An empty candidate marks the end of gathering; the peer can do without.
  if (candidate.candidate === "" || utf8(candidate.candidate).length > MAX_CANDIDATE_BYTES) return;
  session.gatheredCount++;
  session.gathered.push(candidate);
  signNext(state, session);
}

/** Sends again what the peer has not answered, a few times a stage. */
export function resend(state: State, session: Session): void {
  if (session.resends >= MAX_RESENDS) return;
  for (const { bytes } of session.unanswered) state.emit({ type: "send", to: session.peer, body: bytes });
  session.resends++;
  session.resendAt = state.now + RESEND_AFTER_MS;
}

/** The peer answered messages of this type; the session advanced. */
export function wasAnswered(state: State, session: Session, type: ConnectType): void {
  session.unanswered = session.unanswered.filter((message) => message.type !== type);
  session.resends = 0;
  session.resendAt = state.now + RESEND_AFTER_MS;
}

/** Invariant: at most one signature of a session is under way, so its messages go out in the order they were posted. */
function signNext(state: State, session: Session): void {
  if (session.signing !== null) return;
  const outgoing = session.outbox.shift() ?? candidateBatch(session);
  if (outgoing === null) return;
  const payload =
    outgoing.type === "hello" ? outgoing.payload : payloadOf(state, session, "us", outgoing.type, outgoing.body);
  if (payload === null) return;
  const token = state.awaited.toSign((signature) => signed(state, session, outgoing, signature));
  session.signing = token;
  state.emit({ type: "sign", token, payload });
}

function candidateBatch(session: Session): Outgoing | null {
  const described = session.hashes.has(ownDescription(session));
  if (!described || session.phase !== "negotiating" || session.gathered.length === 0) return null;
  const candidates = session.gathered.splice(0, MAX_CANDIDATES);
  return { type: "candidates", body: encodeCandidatesBody({ candidates }) };
}

function signed(state: State, session: Session, outgoing: Outgoing, signature: Uint8Array): void {
  session.signing = null;
  if (signature.length !== SIGNATURE_BYTES) {
    endSession(state, session, { reason: "protocol", detail: "could not sign" });
  } else if (outgoing.type === "hello") {
    sendHello(state, session, signature);
  } else {
    sendMessage(state, session, outgoing.type, outgoing.body, signature);
  }
  if (state.sessions.has(session.id)) signNext(state, session);
}

function sendHello(state: State, session: Session, signature: Uint8Array): void {
  const body = encodeHello({ v: PROTOCOL_VERSION, features: FEATURES, signature });
  state.emit({ type: "send-hello", session: session.id, body });
  session.helloSent = true;
  if (session.remoteHello === "verified") linkUp(state, session);
  else linkOpening(state, session);
}

function sendMessage(state: State, session: Session, type: ConnectType, body: Uint8Array, signature: Uint8Array): void {
  // A signature that was under way when the channel opened.
  if (session.phase === "hello" || session.phase === "linked") return;
  const bytes = pack(state, session, type, body, signature);
  if (bytes === null) {
    endSession(state, session, { reason: "protocol", detail: "unusable key" });
    return;
  }
  session.hashes.set(type, messageHash(bytes));
  session.unanswered.push({ type, bytes });
  session.resendAt = state.now + RESEND_AFTER_MS;
  state.emit({ type: "send", to: session.peer, body: bytes });
  if (type === "refuse") dropSession(state, session, "refused");
}
