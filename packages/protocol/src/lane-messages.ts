import { asText, asUint, decodeCborMap, encodeCbor } from "./cbor.ts";
import { DecodeError } from "./errors.ts";
import { encodeFrame, FRAME, frameBody } from "./frames.ts";
import { MAX_CANDIDATE_BYTES, MAX_LANES, MAX_SDP_BYTES } from "./limits.ts";

/**
 * Frame kind 4, on a link: sets up a further association beside it. `lane`: 1 to 3, a number of the side that offers.
 * The link vouches for the descriptions, so they carry no proof of their own.
 */
export type LaneMessage =
  | { readonly type: "offer" | "answer"; readonly lane: number; readonly sdp: string }
  /** A candidate of the side that offered, or of the one that answered; of media section 0, the only one. */
  | { readonly type: "offer-candidate" | "answer-candidate"; readonly lane: number; readonly candidate: string };

/** @throws RangeError beyond a control frame. */
export function encodeLaneFrame(message: LaneMessage): Uint8Array<ArrayBuffer> {
  return encodeFrame(FRAME.lane, encodeCbor({ ...message }));
}

/** Null: a type that this program does not know; ignore it. @throws DecodeError */
export function decodeLaneFrame(frame: Uint8Array): LaneMessage | null {
  const map = decodeCborMap(frameBody(FRAME.lane, frame));
  const type = asText(map.get("type"), "type", MAX_CANDIDATE_BYTES);
  const lane = asUint(map.get("lane"), "lane", MAX_LANES);
  if (lane === 0) throw new DecodeError("bad-field", "lane 0 is the link");
  switch (type) {
    case "offer":
    case "answer":
      return { type, lane, sdp: asText(map.get("sdp"), "sdp", MAX_SDP_BYTES) };
    case "offer-candidate":
    case "answer-candidate":
      return { type, lane, candidate: asText(map.get("candidate"), "candidate", MAX_CANDIDATE_BYTES) };
    default:
      return null;
  }
}
