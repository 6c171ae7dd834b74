import { concat } from "./bytes.ts";
import { DecodeError } from "./errors.ts";
import { MAX_BLOCK_SIZE, MAX_CONTROL_FRAME, MAX_PIECE_SIZE, MAX_PIECES } from "./limits.ts";
import type { BlockMessage } from "./swarm-messages.ts";

/** First byte of every binary message on a data channel. */
export const FRAME = { hello: 0, overlay: 1, swarm: 2, block: 3, lane: 4 } as const;
export type FrameKind = (typeof FRAME)[keyof typeof FRAME];

/** By number. */
const KINDS: readonly FrameKind[] = Object.values(FRAME);

/** Length of a block frame before its payload: kind u8, share u16, piece u32, offset u32, sentAt u32. */
export const BLOCK_HEADER_BYTES = 15;
const SHARE_AT = 1;
const PIECE_AT = 3;
const OFFSET_AT = 7;
const SENT_AT = 11;

/** Null: an empty frame or a kind that this program does not know; ignore it. */
export function frameKind(frame: Uint8Array): FrameKind | null {
  const kind = KINDS[frame[0] ?? KINDS.length];
  return kind ?? null;
}

/** A control frame: the kind byte, then the body. @throws RangeError beyond {@link MAX_CONTROL_FRAME}. */
export function encodeFrame(kind: FrameKind, body: Uint8Array): Uint8Array<ArrayBuffer> {
  if (body.length >= MAX_CONTROL_FRAME) throw new RangeError("control frame too large");
  return concat(Uint8Array.of(kind), body);
}

/** The body of a control frame of this kind, as a view. @throws DecodeError on another kind or an oversize frame. */
export function frameBody(kind: FrameKind, frame: Uint8Array): Uint8Array {
  if (frame[0] !== kind) throw new DecodeError("bad-frame-kind");
  if (frame.length > MAX_CONTROL_FRAME) throw new DecodeError("too-large");
  return frame.subarray(1);
}

/** The whole frame in one allocation; the payload is copied once. @throws RangeError on fields out of bounds. */
export function encodeBlock(block: BlockMessage): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(BLOCK_HEADER_BYTES + block.payload.length);
  writeBlock(block, frame);
  return frame;
}

/**
 * Writes the frame at the start of `into`, which must have room for it.
 * @throws RangeError on fields out of bounds.
 */
export function writeBlock({ share, piece, offset, sentAt, payload }: BlockMessage, into: Uint8Array): void {
  if (share > 0xffff || !isBlockRange(piece, offset, payload.length)) throw new RangeError("block out of bounds");
  const view = viewOf(into);
  into[0] = FRAME.block;
  view.setUint16(SHARE_AT, share);
  view.setUint32(PIECE_AT, piece);
  view.setUint32(OFFSET_AT, offset);
  view.setUint32(SENT_AT, sentAt);
  into.set(payload, BLOCK_HEADER_BYTES);
}

/** The payload is a view of `frame`: nothing is copied. @throws DecodeError */
export function decodeBlock(frame: Uint8Array): BlockMessage {
  if (frame[0] !== FRAME.block) throw new DecodeError("bad-frame-kind");
  if (frame.length < BLOCK_HEADER_BYTES) throw new DecodeError("bad-length");
  const view = viewOf(frame);
  const piece = view.getUint32(PIECE_AT);
  const offset = view.getUint32(OFFSET_AT);
  if (!isBlockRange(piece, offset, frame.length - BLOCK_HEADER_BYTES)) throw new DecodeError("bad-block-range");
  return {
    share: view.getUint16(SHARE_AT),
    piece,
    offset,
    sentAt: view.getUint32(SENT_AT),
    payload: frame.subarray(BLOCK_HEADER_BYTES),
  };
}

/** Whether a block of any share could lie there; whether it does in this share is for the swarm to check. */
export function isBlockRange(piece: number, offset: number, length: number): boolean {
  return piece < MAX_PIECES && length >= 1 && length <= MAX_BLOCK_SIZE && offset + length <= MAX_PIECE_SIZE;
}

function viewOf(frame: Uint8Array): DataView {
  return new DataView(frame.buffer, frame.byteOffset, frame.length);
}
