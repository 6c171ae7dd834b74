import {
  asArray,
  asBoolean,
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
import { encodeFrame, FRAME, frameBody, isBlockRange } from "./frames.ts";
import {
  ID_BYTES,
  MANIFEST_CHUNK,
  MAX_BITFIELD_BYTES,
  MAX_CONTROL_FRAME,
  MAX_DELAY_SAMPLES,
  MAX_MANIFEST_BYTES,
  MAX_PEX_IDS,
  MAX_PIECE_RANGES,
  MAX_PIECE_SIZE,
  MAX_PIECES,
  MAX_REQUEST_BLOCKS,
} from "./limits.ts";
import { checkBits, checkRanges } from "./piece-sets.ts";
import type { BlockRange, DelaySample, PieceRange, PieceSet, SwarmMessage } from "./swarm-messages.ts";

const MAX_SHARE = 0xffff;
const MAX_SENT_AT = 0xffffffff;
/** Clocks of the two sides differ by any amount, so a delay is any number that a modulo 2^32 or a plain difference gives. */
const MAX_DELAY = 2 ** 32;

/**
 * A swarm control frame: the kind byte and a CBOR map with the message's own field names.
 * @throws RangeError beyond {@link MAX_CONTROL_FRAME}.
 */
export function encodeSwarmFrame(message: SwarmMessage): Uint8Array<ArrayBuffer> {
  return encodeFrame(FRAME.swarm, encodeCbor(message));
}

/** Null: a type that this program does not know; ignore it. @throws DecodeError */
export function decodeSwarmFrame(frame: Uint8Array): SwarmMessage | null {
  const map = decodeCborMap(frameBody(FRAME.swarm, frame));
  const type = asText(map.get("type"), "type", MAX_CONTROL_FRAME);
  const share = asUint(map.get("share"), "share", MAX_SHARE);
  return messageOf(type, share, map);
}

function messageOf(type: string, share: number, map: CborMap): SwarmMessage | null {
  switch (type) {
    case "join":
      return {
        type,
        share,
        tag: asBytes(map.get("tag"), "tag", ID_BYTES),
        proof: asBytes(map.get("proof"), "proof", ID_BYTES),
      };
    case "leave":
      return map.has("tag") ? { type, share, tag: asBytes(map.get("tag"), "tag", ID_BYTES) } : { type, share };
    case "manifest-request":
      return { type, share, offset: asUint(map.get("offset"), "offset", MAX_MANIFEST_BYTES), ...withCatalog(map) };
    case "manifest":
      return manifestChunk(share, map);
    case "have":
    case "donthave":
      return { type, share, pieces: pieceSet(asMap(map.get("pieces"), "pieces")) };
    case "interested":
    case "notinterested":
    case "choke":
    case "unchoke":
      return { type, share };
    case "request":
      return { type, share, blocks: blockRanges(map), samples: samples(map) };
    case "cancel":
    case "reject":
      return { type, share, blocks: blockRanges(map) };
    case "peers":
      return { type, share, ids: asArray(map.get("ids"), "ids", MAX_PEX_IDS).map((id) => asBytes(id, "id", ID_BYTES)) };
    default:
      return null;
  }
}

function manifestChunk(share: number, map: CborMap): SwarmMessage {
  const total = asUint(map.get("total"), "total", MAX_MANIFEST_BYTES);
  const offset = asUint(map.get("offset"), "offset", total);
  const bytes = asBytes(map.get("bytes"), "bytes", 1, Math.min(MANIFEST_CHUNK, total - offset));
  return { type: "manifest", share, offset, total, bytes, ...withCatalog(map) };
}

function withCatalog(map: CborMap): { readonly catalog?: boolean } {
  return map.has("catalog") ? { catalog: asBoolean(map.get("catalog"), "catalog") } : {};
}

/** Checked against the largest share; `applyPieceSet` checks against the share at hand. */
function pieceSet(map: CborMap): PieceSet {
  if (map.has("ranges")) {
    const ranges = asArray(map.get("ranges"), "ranges", MAX_PIECE_RANGES).map(pieceRange);
    checkRanges(ranges, MAX_PIECES);
    return { ranges };
  }
  const first = asUint(map.get("first"), "first", MAX_PIECES - 1);
  const bits = asBytes(map.get("bits"), "bits", 1, MAX_BITFIELD_BYTES);
  checkBits(first, bits, MAX_PIECES);
  return { first, bits };
}

function pieceRange(value: CborValue): PieceRange {
  const [first, count] = asArray(value, "range", 2);
  return [asUint(first, "first", MAX_PIECES), asUint(count, "count", MAX_PIECES)];
}

function blockRanges(map: CborMap): readonly BlockRange[] {
  return asArray(map.get("blocks"), "blocks", MAX_REQUEST_BLOCKS).map(blockRange);
}

function blockRange(value: CborValue): BlockRange {
  const entries = asArray(value, "block", 3);
  const piece = asUint(entries[0], "piece", MAX_PIECES);
  const offset = asUint(entries[1], "offset", MAX_PIECE_SIZE);
  const length = asUint(entries[2], "length", MAX_PIECE_SIZE);
  if (!isBlockRange(piece, offset, length)) throw new DecodeError("bad-block-range");
  return [piece, offset, length];
}

function samples(map: CborMap): readonly DelaySample[] {
  return asArray(map.get("samples"), "samples", MAX_DELAY_SAMPLES).map((sample) => {
    const [sentAt, delay] = asArray(sample, "sample", 2);
    if (typeof delay !== "number" || Math.abs(delay) > MAX_DELAY) throw new DecodeError("bad-field", "bad delay");
    return [asUint(sentAt, "sentAt", MAX_SENT_AT), delay];
  });
}
