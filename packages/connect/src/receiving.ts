import {
  type ConnectMessage,
  type ConnectType,
  decodeConnectMessage,
  decoded,
  decodeHello,
  type NodeId,
} from "@starling/protocol";
import { readContent, signerOf } from "./contents.ts";
import { helloPayloadOf, payloadOf, unpack } from "./envelopes.ts";
import { dropSession, endSession } from "./lifecycle.ts";
import { INTENT_TIMEOUT_MS, MAX_HALF_OPEN, MAX_HALF_OPEN_PER_PEER, MAX_INBOX } from "./limits.ts";
import { type Incoming, isHalfOpen, type Session } from "./session.ts";
import type { State } from "./state.ts";
import { helloVerified, messageVerified } from "./steps.ts";

/** A connection message from the carrier. Whatever does not fit is ignored: a relay must not be able to end a session. */
export function receive(state: State, from: NodeId, bytes: Uint8Array): void {
  if (from === state.self.nodeId) return;
  const message = decoded(() => decodeConnectMessage(bytes));
  if (message === null) return;
  const session = state.sessions.get(message.session) ?? admit(state, from, message);
  if (session === null || session.peer !== from) return;
  enqueue(state, session, { kind: "message", message, bytes });
}

/** The first frame of a session's channel, or a repeated one. The channel is the peer's own: here a breach ends it. */
export function receiveHello(state: State, session: Session, body: Uint8Array): void {
  if (session.phase !== "hello" || session.remoteHello !== "missing") {
    endSession(state, session, { reason: "bad-hello", detail: "hello out of place" });
    return;
  }
  session.remoteHello = "received";
  enqueue(state, session, { kind: "hello", body });
}

/** Begins a session for an intent, within the bounds that hold before anything is verified. */
function admit(state: State, from: NodeId, message: ConnectMessage): Session | null {
  if (message.type !== "intent" || state.isRemembered(message.session)) return null;
  if (!state.rates.take(from, state.now)) return null;
  const peer = state.peers.get(from);
  if (state.halfOpen() >= MAX_HALF_OPEN && (peer?.wanted ?? null) === null) return null;
  const waiting = [...(peer?.sessions ?? [])].filter(isHalfOpen);
  const [oldest] = waiting;
  if (waiting.length >= MAX_HALF_OPEN_PER_PEER && oldest !== undefined) {
    dropSession(state, oldest, "the peer began anew");
  }
  return state.begin(message.session, from, "verifying", INTENT_TIMEOUT_MS);
}

function enqueue(state: State, session: Session, incoming: Incoming): void {
  if (incoming.kind === "message") {
    if (session.budget === 0 || session.inbox.length >= MAX_INBOX || place(session, incoming) === "never") return;
    session.budget--;
  }
  session.inbox.push(incoming);
  checkNext(state, session);
}

/**
 * Looks at what came in, one thing at a time.
 *
 * Invariant: at most one verification of a session is under way, and what comes in meanwhile waits; so a session's
 * messages take effect in the order they came, except that candidates wait for the description they belong to.
 */
function checkNext(state: State, session: Session): void {
  while (session.checking === null && state.sessions.has(session.id)) {
    const index = session.inbox.findIndex((incoming) => place(session, incoming) !== "later");
    const [incoming] = index < 0 ? [] : session.inbox.splice(index, 1);
    if (incoming === undefined) break;
    if (place(session, incoming) === "now") check(state, session, incoming);
  }
  const isForged = session.phase === "verifying" && session.checking === null;
  if (isForged && state.sessions.has(session.id)) state.forget(session);
}

/** Whether the session has a place for it now, later, or not at all. */
function place(session: Session, incoming: Incoming): "now" | "later" | "never" {
  if (incoming.kind === "hello") return session.phase === "hello" ? "now" : "never";
  const { type } = incoming.message;
  if (type !== "candidates") return isNext(session, type) ? "now" : "never";
  if (session.phase === "linked" || session.phase === "refusing") return "never";
  return session.remoteFingerprint === null ? "later" : "now";
}

/** Whether the message is the one that the session waits for, which answers the last that we sent. */
function isNext(session: Session, type: Exclude<ConnectType, "candidates">): boolean {
  const { phase, dialler, hashes, remoteFingerprint } = session;
  switch (type) {
    case "intent":
      return phase === "verifying";
    case "accept":
    case "refuse":
      return phase === "intent" && hashes.has("intent");
    case "offer":
      return phase === "accepted" && hashes.has("accept");
    case "answer":
      return phase === "negotiating" && dialler && remoteFingerprint === null && hashes.has("offer");
  }
}

function check(state: State, session: Session, incoming: Incoming): void {
  if (incoming.kind === "hello") checkHello(state, session, incoming.body);
  else checkMessage(state, session, incoming.message, incoming.bytes);
}

function checkMessage(state: State, session: Session, message: ConnectMessage, bytes: Uint8Array): void {
  const body = unpack(state, session, message);
  const content = body && readContent(message.type, body);
  const signer = content && signerOf(session, content);
  const payload = body && payloadOf(state, session, "peer", message.type, body);
  if (content === null || signer === null || payload === null) {
    session.badSignatures++;
    return;
  }
  verify(state, session, signer, payload, message.signature, (ok) => {
    if (ok) messageVerified(state, session, content, { bytes, signature: message.signature });
    else session.badSignatures++;
  });
}

function checkHello(state: State, session: Session, body: Uint8Array): void {
  const hello = decoded(() => decodeHello(body));
  const payload = helloPayloadOf(state, session, "peer");
  if (hello === null || payload === null || session.remote === null) {
    endSession(state, session, { reason: "bad-hello", detail: "hello not understood" });
    return;
  }
  verify(state, session, session.remote.publicKey, payload, hello.signature, (ok) => {
    if (ok) helloVerified(state, session);
    else endSession(state, session, { reason: "bad-hello", detail: "hello not signed for this channel" });
  });
}

function verify(
  state: State,
  session: Session,
  publicKey: Uint8Array,
  payload: Uint8Array,
  signature: Uint8Array,
  then: (ok: boolean) => void,
): void {
  const done = (ok: boolean) => {
    session.checking = null;
    then(ok);
    checkNext(state, session);
  };
  session.checking = state.awaited.toVerify(done);
  state.emit({ type: "verify", token: session.checking, publicKey, payload, signature });
}
