import {
  asArray,
  asBytes,
  asMap,
  asText,
  asUint,
  type CborMap,
  type CborValue,
  decodeCborMap,
  encodeCbor,
} from "./cbor.ts";
import { DecodeError } from "./errors.ts";
import { idBytes, type NodeId, nodeIdFromBytes } from "./ids.ts";
import {
  ID_BYTES,
  MAX_ALTERNATES,
  MAX_CANDIDATE_BYTES,
  MAX_CANDIDATES,
  MAX_CONNECT_MESSAGE,
  MAX_REASON_BYTES,
  MAX_SDP_BYTES,
} from "./limits.ts";

/** Why a link is wanted: for all traffic, or as a further association that carries blocks for an existing link. */
export type ConnectPurpose = "link" | "lane";

/** Body of `intent`. */
export interface IntentBody {
  readonly purpose: ConnectPurpose;
  /** Ed25519 node key, 32 bytes; must hash to the sender's id. */
  readonly publicKey: Uint8Array;
  /** X25519 key of this session, 32 bytes (seal.ts). */
  readonly boxKey: Uint8Array;
  /** 32 random bytes. */
  readonly nonce: Uint8Array;
}

/** Body of `accept`; fields as in {@link IntentBody}. */
export interface AcceptBody {
  readonly publicKey: Uint8Array;
  readonly boxKey: Uint8Array;
  readonly nonce: Uint8Array;
}

/** Body of `refuse`. It carries the key too, as its receiver may not know it yet. */
export interface RefuseBody {
  readonly publicKey: Uint8Array;
  /** A word for programs and logs, at most 64 bytes. */
  readonly reason: string;
  /** Up to 3 peers to try instead. */
  readonly alternates: readonly NodeId[];
}

/** Body of `offer` and `answer`. */
export interface DescriptionBody {
  readonly sdp: string;
}

/** The parts of an RTCIceCandidateInit that travel. */
export interface IceCandidate {
  readonly candidate: string;
  readonly sdpMid: string | null;
  readonly sdpMLineIndex: number | null;
}

/** Body of `candidates`: 1 to 16 of them. */
export interface CandidatesBody {
  readonly candidates: readonly IceCandidate[];
}

/** `sdpMid` is at most this long, in UTF-8. */
const MAX_MID_BYTES = 32;
const MAX_LINE_INDEX = 0xffff;

export function encodeIntentBody({ purpose, publicKey, boxKey, nonce }: IntentBody): Uint8Array<ArrayBuffer> {
  return encodeCbor({ purpose, publicKey, boxKey, nonce });
}

/** Null: a purpose that this program does not know; refuse it. @throws DecodeError */
export function decodeIntentBody(bytes: Uint8Array): IntentBody | null {
  const map = decodeBody(bytes);
  const purpose = asText(map.get("purpose"), "purpose", MAX_REASON_BYTES);
  const keys = keysOf(map);
  return purpose === "link" || purpose === "lane" ? { purpose, ...keys } : null;
}

export function encodeAcceptBody({ publicKey, boxKey, nonce }: AcceptBody): Uint8Array<ArrayBuffer> {
  return encodeCbor({ publicKey, boxKey, nonce });
}

/** @throws DecodeError */
export function decodeAcceptBody(bytes: Uint8Array): AcceptBody {
  return keysOf(decodeBody(bytes));
}

export function encodeRefuseBody({ publicKey, reason, alternates }: RefuseBody): Uint8Array<ArrayBuffer> {
  return encodeCbor({ publicKey, reason, alternates: alternates.map(idBytes) });
}

/** @throws DecodeError */
export function decodeRefuseBody(bytes: Uint8Array): RefuseBody {
  const map = decodeBody(bytes);
  return {
    publicKey: asBytes(map.get("publicKey"), "publicKey", ID_BYTES),
    reason: asText(map.get("reason"), "reason", MAX_REASON_BYTES),
    alternates: asArray(map.get("alternates"), "alternates", MAX_ALTERNATES).map((id) =>
      nodeIdFromBytes(asBytes(id, "alternate", ID_BYTES)),
    ),
  };
}

export function encodeDescriptionBody({ sdp }: DescriptionBody): Uint8Array<ArrayBuffer> {
  return encodeCbor({ sdp });
}

/** The SDP itself is not looked at, but see `fingerprintOf`. @throws DecodeError */
export function decodeDescriptionBody(bytes: Uint8Array): DescriptionBody {
  return { sdp: asText(decodeBody(bytes).get("sdp"), "sdp", MAX_SDP_BYTES) };
}

export function encodeCandidatesBody({ candidates }: CandidatesBody): Uint8Array<ArrayBuffer> {
  return encodeCbor({
    candidates: candidates.map(({ candidate, sdpMid, sdpMLineIndex }) => ({ candidate, sdpMid, sdpMLineIndex })),
  });
}

/** @throws DecodeError */
export function decodeCandidatesBody(bytes: Uint8Array): CandidatesBody {
  const candidates = asArray(decodeBody(bytes).get("candidates"), "candidates", MAX_CANDIDATES);
  if (candidates.length === 0) throw new DecodeError("bad-field", "no candidates");
  return { candidates: candidates.map(candidateOf) };
}

function candidateOf(value: CborValue): IceCandidate {
  const map = asMap(value, "candidate");
  const mid = map.get("sdpMid");
  const index = map.get("sdpMLineIndex");
  return {
    candidate: asText(map.get("candidate"), "candidate", MAX_CANDIDATE_BYTES),
    sdpMid: mid === null ? null : asText(mid, "sdpMid", MAX_MID_BYTES),
    sdpMLineIndex: index === null ? null : asUint(index, "sdpMLineIndex", MAX_LINE_INDEX),
  };
}

function keysOf(map: CborMap): AcceptBody {
  return {
    publicKey: asBytes(map.get("publicKey"), "publicKey", ID_BYTES),
    boxKey: asBytes(map.get("boxKey"), "boxKey", ID_BYTES),
    nonce: asBytes(map.get("nonce"), "nonce", ID_BYTES),
  };
}

function decodeBody(bytes: Uint8Array): CborMap {
  if (bytes.length > MAX_CONNECT_MESSAGE) throw new DecodeError("too-large");
  return decodeCborMap(bytes);
}
