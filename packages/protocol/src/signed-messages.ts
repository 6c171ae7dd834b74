import { concat, fromHex, toHex, u64 } from "./bytes.ts";
import { asBytes, asText, asUint, type CborEncodable, type CborMap } from "./cbor.ts";
import {
  ID_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_REASON_BYTES,
  MAX_TIME,
  MESSAGE_ID_BYTES,
  SIGNATURE_BYTES,
} from "./limits.ts";
import type { OverlayKey } from "./overlay-frames.ts";
import type { SignedMessage } from "./overlay-messages.ts";
import { signedPayload } from "./signed.ts";

/** The bytes to sign or verify for a user's message. */
export function messagePayload(message: Omit<SignedMessage, "signature">): Uint8Array<ArrayBuffer> {
  const { scope, to, publicKey, id, time, payload } = message;
  return signedPayload(`starling:message:${scope}`, concat(publicKey, fromHex(to), fromHex(id), u64(time), payload));
}

/** For encoding within another message. @throws RangeError beyond {@link MAX_MESSAGE_BYTES}. */
export function messageFields(message: SignedMessage): CborEncodable {
  const { scope, to, publicKey, id, time, payload, signature } = message;
  if (payload.length > MAX_MESSAGE_BYTES) throw new RangeError("message too large");
  return { scope, to: fromHex(to), publicKey, id: fromHex(id), time, payload, signature };
}

/** The signature is not verified. Null: a scope that this program does not know. @throws DecodeError */
export function messageFromMap(map: CborMap): SignedMessage | null {
  const scope = asText(map.get("scope"), "scope", MAX_REASON_BYTES);
  const fields = {
    to: toHex(asBytes(map.get("to"), "to", ID_BYTES)) as OverlayKey,
    publicKey: asBytes(map.get("publicKey"), "publicKey", ID_BYTES),
    id: toHex(asBytes(map.get("id"), "id", MESSAGE_ID_BYTES)),
    time: asUint(map.get("time"), "time", MAX_TIME),
    payload: asBytes(map.get("payload"), "payload", 0, MAX_MESSAGE_BYTES),
    signature: asBytes(map.get("signature"), "signature", SIGNATURE_BYTES),
  };
  return scope === "node" || scope === "topic" ? { scope, ...fields } : null;
}
