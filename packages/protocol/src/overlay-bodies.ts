import { concat } from "./bytes.ts";
import { asArray, asBoolean, asBytes, asText, asUint, type CborMap, decodeCborMap, encodeCbor } from "./cbor.ts";
import { DecodeError } from "./errors.ts";
import { idBytes, nodeIdFromBytes } from "./ids.ts";
import {
  ID_BYTES,
  MAX_ALTERNATES,
  MAX_OVERLAY_ITEMS,
  MAX_REASON_BYTES,
  MAX_TIME,
  OVERLAY_TTL,
  SIBLINGS_REPLY,
} from "./limits.ts";
import {
  type HopMessage,
  type NodeMode,
  type NodeVisibility,
  OVERLAY,
  type ReplyBody,
  type RouteBody,
  type SourceReplyBody,
  type SourceRouteBody,
} from "./overlay-messages.ts";
import { packNodes, unpackNodes } from "./overlay-nodes.ts";
import {
  joinReplyPath,
  joinSourcePath,
  joinVisited,
  splitReplyPath,
  splitSourcePath,
  splitVisited,
} from "./overlay-paths.ts";
import { decodeAnswer, decodeRequest, encodeAnswer, encodeRequest } from "./overlay-requests.ts";

/** Links of a node that `state` may tell of. */
const MAX_LINKS = 0xffff;
const NOTHING = new Uint8Array(0);
const NO_FIELDS: CborMap = new Map();

/** Body of a frame of the type `OVERLAY[message.type]`: a CBOR map, or no bytes for an empty one. */
export function encodeHopBody(message: HopMessage): Uint8Array<ArrayBuffer> {
  switch (message.type) {
    case "ping":
    case "pong":
    case "leave":
    case "siblings":
      return NOTHING;
    case "ack":
      return message.taken ? NOTHING : encodeCbor({ taken: false });
    case "state": {
      const { mode, visibility, links, time } = message;
      return encodeCbor({ mode, visibility, links, time });
    }
    case "refuse":
      return encodeCbor({ reason: message.reason, alternates: message.alternates.map(idBytes) });
    case "siblings-answer":
      return encodeCbor({ nodes: packNodes(message.nodes) });
  }
}

/**
 * @param type of the frame, see {@link OVERLAY}.
 * @returns null for a type or word that this program does not know, or a type that is not of this family.
 * @throws DecodeError
 */
export function decodeHopBody(type: number, body: Uint8Array): HopMessage | null {
  switch (type) {
    case OVERLAY.ping:
      return bare("ping", body);
    case OVERLAY.pong:
      return bare("pong", body);
    case OVERLAY.leave:
      return bare("leave", body);
    case OVERLAY.siblings:
      return bare("siblings", body);
    case OVERLAY.ack:
      return ackOf(fieldsOf(body));
    case OVERLAY.state:
      return stateOf(fieldsOf(body));
    case OVERLAY.refuse:
      return refuseOf(fieldsOf(body));
    case OVERLAY["siblings-answer"]:
      return { type: "siblings-answer", nodes: unpackNodes(fieldsOf(body).get("nodes"), "nodes", SIBLINGS_REPLY) };
    default:
      return null;
  }
}

/** @throws RangeError beyond the limits of its parts. */
export function encodeRoute({ visited, request }: RouteBody): Uint8Array<ArrayBuffer> {
  return joinVisited(visited, encodeRequest(request));
}

/** Null: a request of a kind that this program does not know. @throws DecodeError */
export function decodeRoute(body: Uint8Array): RouteBody | null {
  const { prefix: visited, rest } = splitVisited(body);
  const request = decodeRequest(rest);
  return request === null ? null : { visited, request };
}

export function encodeReply({ hops, answer }: ReplyBody): Uint8Array<ArrayBuffer> {
  return concat(Uint8Array.of(hops), encodeAnswer(answer));
}

/** Null: an answer that this program does not know. @throws DecodeError */
export function decodeReply(body: Uint8Array): ReplyBody | null {
  const hops = body[0];
  if (hops === undefined || hops > OVERLAY_TTL) throw new DecodeError("bad-path");
  const answer = decodeAnswer(body.subarray(1));
  return answer === null ? null : { hops, answer };
}

/** @throws RangeError on a path out of bounds. */
export function encodeSourceRoute({ path, request }: SourceRouteBody): Uint8Array<ArrayBuffer> {
  return joinSourcePath(path, encodeRequest(request));
}

/** Null: a request of a kind that this program does not know. @throws DecodeError */
export function decodeSourceRoute(body: Uint8Array): SourceRouteBody | null {
  const { prefix: path, rest } = splitSourcePath(body);
  const request = decodeRequest(rest);
  return request === null ? null : { path, request };
}

/** @throws RangeError on a path out of bounds. */
export function encodeSourceReply({ path, answer }: SourceReplyBody): Uint8Array<ArrayBuffer> {
  return joinReplyPath(path, encodeAnswer(answer));
}

/** Null: an answer that this program does not know. @throws DecodeError */
export function decodeSourceReply(body: Uint8Array): SourceReplyBody | null {
  const { prefix: path, rest } = splitReplyPath(body);
  const answer = decodeAnswer(rest);
  return answer === null ? null : { path, answer };
}

function fieldsOf(body: Uint8Array): CborMap {
  return body.length === 0 ? NO_FIELDS : decodeCborMap(body, MAX_OVERLAY_ITEMS);
}

/** No field is known of these; later ones may come. */
function bare<Type extends "ping" | "pong" | "leave" | "siblings">(type: Type, body: Uint8Array): { type: Type } {
  fieldsOf(body);
  return { type };
}

function ackOf(map: CborMap): HopMessage {
  return { type: "ack", taken: map.has("taken") ? asBoolean(map.get("taken"), "taken") : true };
}

function stateOf(map: CborMap): HopMessage | null {
  const mode = asText(map.get("mode"), "mode", MAX_REASON_BYTES);
  const visibility = asText(map.get("visibility"), "visibility", MAX_REASON_BYTES);
  const links = asUint(map.get("links"), "links", MAX_LINKS);
  const time = asUint(map.get("time"), "time", MAX_TIME);
  return isMode(mode) && isVisibility(visibility) ? { type: "state", mode, visibility, links, time } : null;
}

function refuseOf(map: CborMap): HopMessage {
  return {
    type: "refuse",
    reason: asText(map.get("reason"), "reason", MAX_REASON_BYTES),
    alternates: asArray(map.get("alternates"), "alternates", MAX_ALTERNATES).map((id) =>
      nodeIdFromBytes(asBytes(id, "alternate", ID_BYTES)),
    ),
  };
}

function isMode(text: string): text is NodeMode {
  return text === "full" || text === "leaf";
}

function isVisibility(text: string): text is NodeVisibility {
  return text === "visible" || text === "hidden" || text === "frozen";
}
