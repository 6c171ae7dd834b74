import { concat } from "./bytes.ts";
import { asBoolean, asBytes, asText, type CborMap, decodeCborMap, encodeCbor } from "./cbor.ts";
import { DecodeError } from "./errors.ts";
import { idBytes, nodeIdFromBytes } from "./ids.ts";
import {
  ID_BYTES,
  MAX_CONNECT_MESSAGE,
  MAX_OVERLAY_ITEMS,
  MAX_REASON_BYTES,
  MAX_RECORD_BODY,
  NODES_REPLY,
} from "./limits.ts";
import type { OverlayAnswer, OverlayRequest, RouteFailure } from "./overlay-messages.ts";
import { packLinkedNodes, packNodes, unpackLinkedNodes, unpackNodes } from "./overlay-nodes.ts";
import { messageFields, messageFromMap } from "./signed-messages.ts";

/** First byte of a request, and of an answer, in the body of a routed frame. */
export const REQUEST_KIND = { "find-node": 1, record: 2, carry: 3, message: 4 } as const;
export const ANSWER_KIND = { nodes: 129, "record-answer": 130, carried: 131, delivered: 132, failed: 255 } as const;

const FAILURES: ReadonlySet<string> = new Set<RouteFailure>([
  "stuck",
  "not-here",
  "broken-path",
  "limited",
  "unwilling",
]);
const NOTHING = new Uint8Array(0);

/** The kind byte and the payload. */
export function encodeRequest(request: OverlayRequest): Uint8Array<ArrayBuffer> {
  return concat(Uint8Array.of(REQUEST_KIND[request.kind]), requestPayload(request));
}

function requestPayload(request: OverlayRequest): Uint8Array {
  switch (request.kind) {
    case "find-node":
      return NOTHING;
    case "record":
    case "carry":
      return request.body;
    case "message":
      return encodeCbor(messageFields(request.message));
  }
}

/** Null: a kind that this program does not know. Bodies that are carried are views. @throws DecodeError */
export function decodeRequest(bytes: Uint8Array): OverlayRequest | null {
  const payload = bytes.subarray(1);
  switch (kindOf(bytes)) {
    case REQUEST_KIND["find-node"]:
      return { kind: "find-node" };
    case REQUEST_KIND.record:
      return { kind: "record", body: upTo(payload, MAX_RECORD_BODY) };
    case REQUEST_KIND.carry:
      return { kind: "carry", body: upTo(payload, MAX_CONNECT_MESSAGE) };
    case REQUEST_KIND.message: {
      const message = messageFromMap(decodeCborMap(payload, MAX_OVERLAY_ITEMS));
      return message === null ? null : { kind: "message", message };
    }
    default:
      return null;
  }
}

/** The kind byte and the payload. */
export function encodeAnswer(answer: OverlayAnswer): Uint8Array<ArrayBuffer> {
  return concat(Uint8Array.of(ANSWER_KIND[answer.kind]), answerPayload(answer));
}

function answerPayload(answer: OverlayAnswer): Uint8Array {
  switch (answer.kind) {
    case "nodes":
      return encodeCbor({
        self: packNodes([answer.self]),
        full: answer.full,
        nodes: packLinkedNodes(answer.nodes),
      });
    case "record-answer":
      return concat(idBytes(answer.from), answer.body);
    case "carried":
      return NOTHING;
    case "delivered":
      return encodeCbor({ to: idBytes(answer.to) });
    case "failed":
      return encodeCbor({ reason: answer.reason });
  }
}

/** Null: a kind or reason that this program does not know; the request failed. @throws DecodeError */
export function decodeAnswer(bytes: Uint8Array): OverlayAnswer | null {
  const payload = bytes.subarray(1);
  switch (kindOf(bytes)) {
    case ANSWER_KIND.nodes:
      return nodesAnswer(decodeCborMap(payload, MAX_OVERLAY_ITEMS));
    case ANSWER_KIND["record-answer"]:
      return {
        kind: "record-answer",
        from: nodeIdFromBytes(payload.subarray(0, ID_BYTES)),
        body: upTo(payload.subarray(ID_BYTES), MAX_RECORD_BODY),
      };
    case ANSWER_KIND.carried:
      return { kind: "carried" };
    case ANSWER_KIND.delivered:
      return {
        kind: "delivered",
        to: nodeIdFromBytes(asBytes(decodeCborMap(payload, MAX_OVERLAY_ITEMS).get("to"), "to", ID_BYTES)),
      };
    case ANSWER_KIND.failed: {
      const reason = asText(decodeCborMap(payload, MAX_OVERLAY_ITEMS).get("reason"), "reason", MAX_REASON_BYTES);
      return isFailure(reason) ? { kind: "failed", reason } : null;
    }
    default:
      return null;
  }
}

function nodesAnswer(map: CborMap): OverlayAnswer {
  const [self] = unpackNodes(map.get("self"), "self", 1);
  if (self === undefined) throw new DecodeError("bad-field", "self is empty");
  return {
    kind: "nodes",
    self,
    full: asBoolean(map.get("full"), "full"),
    nodes: unpackLinkedNodes(map.get("nodes"), "nodes", NODES_REPLY),
  };
}

function kindOf(bytes: Uint8Array): number {
  const kind = bytes[0];
  if (kind === undefined) throw new DecodeError("bad-length");
  return kind;
}

function upTo(payload: Uint8Array, max: number): Uint8Array {
  if (payload.length > max) throw new DecodeError("too-large");
  return payload;
}

function isFailure(reason: string): reason is RouteFailure {
  return FAILURES.has(reason);
}
