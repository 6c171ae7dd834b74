import {
  type ConnectMessage,
  type ConnectType,
  connectPayload,
  encodeConnectMessage,
  helloPayload,
  messageHash,
  NO_MESSAGE_HASH,
  openBody,
  SEAL_NONCE_BYTES,
  sealBody,
  sealInfo,
  sharedSecret,
} from "@starling/protocol";
import type { Session } from "./session.ts";
import type { State } from "./state.ts";

/** Whether we or the peer sent a message. */
export type Sender = "us" | "peer";

const SEALED: ReadonlySet<ConnectType> = new Set<ConnectType>(["offer", "answer", "candidates"]);

/**
 * The bytes that the signature of a message covers. Null while the message that it answers is missing: then it is out
 * of place.
 */
export function payloadOf(
  state: State,
  session: Session,
  sender: Sender,
  type: ConnectType,
  body: Uint8Array,
): Uint8Array | null {
  const answersHash = answered(session, sender, type);
  if (answersHash === null) return null;
  const { from, to } = ends(state, session, sender);
  return connectPayload({ from, to, session: session.id, type, bodyHash: messageHash(body), answersHash });
}

/** The message as it travels. Null when the peer's key gives no secret, a breach of the protocol. */
export function pack(
  state: State,
  session: Session,
  type: ConnectType,
  body: Uint8Array,
  signature: Uint8Array,
): Uint8Array | null {
  const carried = SEALED.has(type) ? seal(state, session, type, body) : body;
  return carried && encodeConnectMessage({ type, session: session.id, body: carried, signature });
}

/** The unsealed body of a received message; null when it was not sealed for this session. */
export function unpack(state: State, session: Session, message: ConnectMessage): Uint8Array | null {
  if (!SEALED.has(message.type)) return message.body;
  const secret = secretOf(session);
  const info = sealInfo({ ...ends(state, session, "peer"), session: session.id, type: message.type });
  return secret && openBody(secret, info, message.body);
}

/** The bytes that a hello's signature covers; null before both descriptions and nonces are known. */
export function helloPayloadOf(state: State, session: Session, sender: Sender): Uint8Array | null {
  const { keys, remote, localFingerprint, remoteFingerprint, dialler } = session;
  if (keys === null || remote === null || localFingerprint === null || remoteFingerprint === null) return null;
  return helloPayload({
    ...ends(state, session, sender),
    fromFingerprint: sender === "us" ? localFingerprint : remoteFingerprint,
    toFingerprint: sender === "us" ? remoteFingerprint : localFingerprint,
    intentNonce: dialler ? keys.nonce : remote.nonce,
    acceptNonce: dialler ? remote.nonce : keys.nonce,
  });
}

function seal(state: State, session: Session, type: ConnectType, body: Uint8Array): Uint8Array | null {
  const secret = secretOf(session);
  const info = sealInfo({ ...ends(state, session, "us"), session: session.id, type });
  return secret && sealBody(secret, info, state.random(SEAL_NONCE_BYTES), body);
}

/** Null before both sides' keys are known, or if they give none. */
function secretOf(session: Session): Uint8Array | null {
  const { keys, remote } = session;
  if (keys === null || remote === null) return null;
  session.secret ??= sharedSecret(keys.secretKey, remote.boxKey);
  return session.secret;
}

function ends(state: State, session: Session, sender: Sender) {
  const us = state.self.nodeId;
  return sender === "us" ? { from: us, to: session.peer } : { from: session.peer, to: us };
}

/** Which message each type answers (see `ConnectClaim.answersHash`); chaining makes replays useless. */
function answered(session: Session, sender: Sender, type: ConnectType): Uint8Array | null {
  switch (type) {
    case "intent":
      return NO_MESSAGE_HASH;
    case "accept":
    case "refuse":
      return session.hashes.get("intent") ?? null;
    case "offer":
      return session.hashes.get("accept") ?? null;
    case "answer":
      return session.hashes.get("offer") ?? null;
    case "candidates": {
      const byDialler = session.dialler === (sender === "us");
      return session.hashes.get(byDialler ? "accept" : "offer") ?? null;
    }
  }
}
