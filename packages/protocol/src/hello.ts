import { concat, fromHex } from "./bytes.ts";
import { asArray, asBytes, asText, asUint, decodeCborMap, encodeCbor } from "./cbor.ts";
import { DecodeError } from "./errors.ts";
import { idBytes, type NodeId } from "./ids.ts";
import { MAX_CONTROL_FRAME, MAX_FEATURE_BYTES, MAX_FEATURES, PROTOCOL_VERSION, SIGNATURE_BYTES } from "./limits.ts";
import { signedPayload } from "./signed.ts";

/** Body of a channel's first frame, in both directions. */
export interface HelloBody {
  /** Protocol version of the sender; see `PROTOCOL_VERSION`. */
  readonly v: number;
  /** Names of optional features the sender has; unknown ones are ignored. */
  readonly features: readonly string[];
  /** Ed25519, 64 bytes, over {@link helloPayload}. */
  readonly signature: Uint8Array;
}

/** What a hello's signature covers: it ties both node keys to both ends of this very DTLS association. */
export interface HelloClaim {
  /** The sender of this hello and its receiver. */
  readonly from: NodeId;
  readonly to: NodeId;
  /** {@link fingerprintOf} the sender's and the receiver's session description. */
  readonly fromFingerprint: string;
  readonly toFingerprint: string;
  /** The nonces of the session's intent and accept, 32 bytes each. */
  readonly intentNonce: Uint8Array;
  readonly acceptNonce: Uint8Array;
}

const FINGERPRINT_LINE = /^a=fingerprint:sha-256 ((?:[0-9a-f]{2}:){31}[0-9a-f]{2})[ \t]*$/i;

/** The bytes to sign or verify for a hello. */
export function helloPayload(claim: HelloClaim): Uint8Array<ArrayBuffer> {
  const payload = concat(
    idBytes(claim.from),
    idBytes(claim.to),
    fromHex(claim.fromFingerprint),
    fromHex(claim.toFingerprint),
    claim.intentNonce,
    claim.acceptNonce,
  );
  return signedPayload("starling:hello", payload);
}

/** CBOR `{v, features, signature}`, without the frame's kind byte. */
export function encodeHello({ v, features, signature }: HelloBody): Uint8Array<ArrayBuffer> {
  return encodeCbor({ v, features, signature });
}

/** @throws DecodeError also for a version older or newer than the one spoken here. */
export function decodeHello(bytes: Uint8Array): HelloBody {
  if (bytes.length >= MAX_CONTROL_FRAME) throw new DecodeError("too-large");
  const map = decodeCborMap(bytes);
  const v = asUint(map.get("v"), "v");
  if (v !== PROTOCOL_VERSION) throw new DecodeError("unknown-version");
  return {
    v,
    features: asArray(map.get("features"), "features", MAX_FEATURES).map((name) =>
      asText(name, "feature", MAX_FEATURE_BYTES),
    ),
    signature: asBytes(map.get("signature"), "signature", SIGNATURE_BYTES),
  };
}

/**
 * The DTLS fingerprint of a session description as 64 lower-case hex digits. Null unless the word occurs exactly once,
 * as a well-formed SHA-256 `a=fingerprint` line (RFC 8122): a second line, even an equal one, would leave open which
 * one a browser goes by.
 */
export function fingerprintOf(sdp: string): string | null {
  const lines = sdp.split(/[\r\n]+/).filter((line) => /fingerprint/i.test(line));
  const match = lines.length === 1 ? FINGERPRINT_LINE.exec(lines[0] ?? "") : null;
  return match?.[1]?.replaceAll(":", "").toLowerCase() ?? null;
}
