import { fromHex, toHex } from "./bytes.ts";
import { DecodeError } from "./errors.ts";
import { FRAME } from "./frames.ts";
import type { NodeId } from "./ids.ts";
import { ID_BYTES, MAX_CONTROL_FRAME, MESSAGE_ID_BYTES, OVERLAY_TTL } from "./limits.ts";

/** A 256-bit point of the overlay's id space as 64 lower-case hex digits: a node id, or the key of records. */
export type OverlayKey = string & { readonly kind?: "node" | "overlay" };

/**
 * Frame kind 1: what overlay nodes send each other. Relays read the header only. On the wire, after the kind byte:
 * type u8, flags u8, ttl u8 (at most 16), message id 8, target 32, source 32, then the body.
 */
export interface OverlayFrame {
  /** See OVERLAY in overlay-messages.ts; unknown types are dropped, or forwarded when meant for others. */
  readonly type: number;
  readonly flags: number;
  /** Hops that the frame may still make. */
  readonly ttl: number;
  /** 8 random bytes as hex: matches answers and acks to requests, and tells a repeat. */
  readonly id: string;
  /** The key or node that the message is for. */
  readonly target: OverlayKey;
  /** Who asked. Not proved by the header: whatever must be proved is signed in the body. */
  readonly source: NodeId;
  readonly body: Uint8Array;
}

/** Length of an overlay frame before its body: the kind byte and 75 bytes of header. */
export const OVERLAY_HEADER_BYTES = 76;
/** Longest body of an overlay frame. */
export const MAX_OVERLAY_BODY: number = MAX_CONTROL_FRAME - OVERLAY_HEADER_BYTES;

/** After kind, type, flags and ttl. */
const ID_AT = 4;
const TARGET_AT = ID_AT + MESSAGE_ID_BYTES;
const SOURCE_AT = TARGET_AT + ID_BYTES;

/** The whole frame, kind byte first. @throws RangeError on a field out of bounds. */
export function encodeOverlayFrame(frame: OverlayFrame): Uint8Array<ArrayBuffer> {
  const { type, flags, ttl, id, target, source, body } = frame;
  if (!isByte(type) || !isByte(flags) || !isByte(ttl) || ttl > OVERLAY_TTL) throw new RangeError("bad overlay header");
  if (body.length > MAX_OVERLAY_BODY) throw new RangeError("overlay body too large");
  const bytes = new Uint8Array(OVERLAY_HEADER_BYTES + body.length);
  bytes.set([FRAME.overlay, type, flags, ttl]);
  bytes.set(hexOf(id, MESSAGE_ID_BYTES), ID_AT);
  bytes.set(hexOf(target, ID_BYTES), TARGET_AT);
  bytes.set(hexOf(source, ID_BYTES), SOURCE_AT);
  bytes.set(body, OVERLAY_HEADER_BYTES);
  return bytes;
}

/**
 * Of any type, known or not. The body is a view of `bytes`: nothing of it is read or copied.
 * @throws DecodeError
 */
export function decodeOverlayFrame(bytes: Uint8Array): OverlayFrame {
  const [kind, type = 0, flags = 0, ttl = 0] = bytes;
  if (kind !== FRAME.overlay) throw new DecodeError("bad-frame-kind");
  if (bytes.length > MAX_CONTROL_FRAME) throw new DecodeError("too-large");
  if (bytes.length < OVERLAY_HEADER_BYTES) throw new DecodeError("bad-length");
  if (ttl > OVERLAY_TTL) throw new DecodeError("bad-ttl");
  return {
    type,
    flags,
    ttl,
    id: toHex(bytes.subarray(ID_AT, TARGET_AT)),
    target: toHex(bytes.subarray(TARGET_AT, SOURCE_AT)) as OverlayKey,
    source: toHex(bytes.subarray(SOURCE_AT, OVERLAY_HEADER_BYTES)) as NodeId,
    body: bytes.subarray(OVERLAY_HEADER_BYTES),
  };
}

function isByte(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xff;
}

function hexOf(text: string, length: number): Uint8Array {
  if (text.length !== 2 * length) throw new RangeError("bad id in overlay header");
  return fromHex(text);
}
