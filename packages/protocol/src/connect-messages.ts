import { sha256 } from "@noble/hashes/sha2.js";
import { concat, fromHex, toHex } from "./bytes.ts";
import { asBytes, asText, asUint, decodeCborMap, encodeCbor } from "./cbor.ts";
import { DecodeError } from "./errors.ts";
import { idBytes, type NodeId } from "./ids.ts";
import { ID_BYTES, MAX_CONNECT_MESSAGE, PROTOCOL_VERSION, SESSION_BYTES, SIGNATURE_BYTES } from "./limits.ts";
import { signedPayload } from "./signed.ts";

/**
 * The messages by which two peers set up a link, in the order they come. Their carrier (signaling server or overlay)
 * sees the envelope and the bodies of the first three; the bodies of the others are sealed (seal.ts).
 */
export type ConnectType = "intent" | "accept" | "refuse" | "offer" | "answer" | "candidates";

/** A connection message. The carrier tells, unproved, whom it is from; the signature proves it. */
export interface ConnectMessage {
  readonly type: ConnectType;
  /** 16 random bytes, chosen by the sender of the intent and the same in all messages that follow, as 32 hex digits. */
  readonly session: string;
  /** As connect-bodies.ts encodes it, with {@link MAX_CONNECT_MESSAGE} in mind; for offer, answer and candidates sealed. */
  readonly body: Uint8Array;
  /** Ed25519, 64 bytes, by the sender's node key over {@link connectPayload}. */
  readonly signature: Uint8Array;
}

/** What the signature of a connection message covers. */
export interface ConnectClaim {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly session: string;
  readonly type: ConnectType;
  /** SHA-256 of the unsealed body's bytes. */
  readonly bodyHash: Uint8Array;
  /**
   * SHA-256 of the whole encoded message that this one answers, as it was received; {@link NO_MESSAGE_HASH} for an intent.
   * `accept` and `refuse` answer the intent, `offer` the accept, `answer` the offer; `candidates` answer what their
   * sender's description answers: the accept for the initiator, the offer for the other side.
   */
  readonly answersHash: Uint8Array;
}

/** `answersHash` of an intent, which answers nothing. */
export const NO_MESSAGE_HASH: Uint8Array = new Uint8Array(ID_BYTES);

const TYPES: ReadonlySet<string> = new Set<ConnectType>([
  "intent",
  "accept",
  "refuse",
  "offer",
  "answer",
  "candidates",
]);

/** SHA-256, synchronous: for messages of a few KiB. */
export function messageHash(bytes: Uint8Array): Uint8Array {
  return sha256(bytes);
}

/** The bytes to sign or verify for a connection message. */
export function connectPayload(claim: ConnectClaim): Uint8Array<ArrayBuffer> {
  const { from, to, session, bodyHash, answersHash } = claim;
  const payload = concat(idBytes(from), idBytes(to), fromHex(session), bodyHash, answersHash);
  return signedPayload(`starling:connect:${claim.type}`, payload);
}

/** CBOR `{v, type, session, body, signature}`. @throws RangeError beyond {@link MAX_CONNECT_MESSAGE}. */
export function encodeConnectMessage(message: ConnectMessage): Uint8Array<ArrayBuffer> {
  const { type, session, body, signature } = message;
  const bytes = encodeCbor({ v: PROTOCOL_VERSION, type, session: fromHex(session), body, signature });
  if (bytes.length > MAX_CONNECT_MESSAGE) throw new RangeError("connection message too large");
  return bytes;
}

/** Null: a version or type that this program does not know; ignore it. @throws DecodeError */
export function decodeConnectMessage(bytes: Uint8Array): ConnectMessage | null {
  if (bytes.length > MAX_CONNECT_MESSAGE) throw new DecodeError("too-large");
  const map = decodeCborMap(bytes);
  const version = asUint(map.get("v"), "v");
  const type = asText(map.get("type"), "type", MAX_CONNECT_MESSAGE);
  if (version !== PROTOCOL_VERSION || !isConnectType(type)) return null;
  return {
    type,
    session: toHex(asBytes(map.get("session"), "session", SESSION_BYTES)),
    body: asBytes(map.get("body"), "body", 0, MAX_CONNECT_MESSAGE),
    signature: asBytes(map.get("signature"), "signature", SIGNATURE_BYTES),
  };
}

function isConnectType(type: string): type is ConnectType {
  return TYPES.has(type);
}
