import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat } from "../src/bytes.ts";
import { type CborEncodable, encodeCbor } from "../src/cbor.ts";
import { DecodeError } from "../src/errors.ts";
import { idBytes } from "../src/ids.ts";
import { MAX_CONNECT_MESSAGE, MAX_CONTROL_FRAME, MAX_MESSAGE_BYTES, MAX_RECORD_BODY } from "../src/limits.ts";
import {
  decodeHopBody,
  decodeReply,
  decodeRoute,
  decodeSourceReply,
  decodeSourceRoute,
  encodeHopBody,
  encodeReply,
  encodeRoute,
  encodeSourceReply,
  encodeSourceRoute,
} from "../src/overlay-bodies.ts";
import {
  decodeOverlayFrame,
  encodeOverlayFrame,
  MAX_OVERLAY_BODY,
  OVERLAY_HEADER_BYTES,
} from "../src/overlay-frames.ts";
import { type HopMessage, OVERLAY, type OverlayRequest, type SourceRouteBody } from "../src/overlay-messages.ts";
import { ANSWER_KIND, decodeAnswer, decodeRequest, REQUEST_KIND } from "../src/overlay-requests.ts";
import {
  answer,
  frame,
  hopMessage,
  nodeId,
  replyPath,
  request,
  signedMessage,
  sourcePath,
  visited,
} from "./overlay-arbitraries.ts";

const RUNS = { numRuns: 300 };
const [someFrame] = fc.sample(frame, { numRuns: 1, seed: 7 });
const [someId] = fc.sample(nodeId, { numRuns: 1, seed: 7 });
const [someMessage] = fc.sample(signedMessage, { numRuns: 1, seed: 7 });
if (someFrame === undefined || someId === undefined || someMessage === undefined) throw new Error("no samples");

describe("overlay frames", () => {
  it("round-trip, whatever their type", () => {
    fc.assert(fc.property(frame, (input) => void expect(decodeOverlayFrame(encodeOverlayFrame(input))).toEqual(input)));
  });

  it("have a header of 75 bytes behind the kind byte, and fill 16 KiB at most", () => {
    const largest = { ...someFrame, body: new Uint8Array(MAX_OVERLAY_BODY) };
    expect(encodeOverlayFrame({ ...someFrame, body: new Uint8Array(0) })).toHaveLength(76);
    expect(encodeOverlayFrame(largest)).toHaveLength(MAX_CONTROL_FRAME);
    expect(() => encodeOverlayFrame({ ...someFrame, body: new Uint8Array(MAX_OVERLAY_BODY + 1) })).toThrow(RangeError);
  });

  it.each([
    { type: 256 },
    { flags: -1 },
    { ttl: 17 },
    { id: "00" },
    { target: "00" as typeof someFrame.target },
    { source: "" as typeof someFrame.source },
  ])("are not written with %j", (change) => {
    expect(() => encodeOverlayFrame({ ...someFrame, ...change })).toThrow(RangeError);
  });

  it("are refused when of another kind, too short, too long, or with more hops to go than any may have", () => {
    const good = encodeOverlayFrame(someFrame);
    const changed = (at: number, byte: number) => {
      const copy = Uint8Array.from(good);
      copy[at] = byte;
      return copy;
    };
    expect(() => decodeOverlayFrame(changed(0, 2))).toThrow(DecodeError);
    expect(() => decodeOverlayFrame(changed(3, 17))).toThrow(DecodeError);
    expect(() => decodeOverlayFrame(good.subarray(0, OVERLAY_HEADER_BYTES - 1))).toThrow(DecodeError);
    expect(() => decodeOverlayFrame(concat(good, new Uint8Array(MAX_CONTROL_FRAME)))).toThrow(DecodeError);
    expect(() => decodeOverlayFrame(new Uint8Array(0))).toThrow(DecodeError);
  });

  it("leave the body where it lies", () => {
    const bytes = encodeOverlayFrame(someFrame);
    expect(decodeOverlayFrame(bytes).body.buffer).toBe(bytes.buffer);
  });
});

describe("bodies of overlay frames", () => {
  it("of one hop round-trip", () => {
    fc.assert(
      fc.property(hopMessage, (input) => {
        expect(decodeHopBody(OVERLAY[input.type], encodeHopBody(input))).toEqual(input);
      }),
      RUNS,
    );
  });

  it("of recursive requests and replies round-trip", () => {
    fc.assert(
      fc.property(visited, request, (marks, input) => {
        expect(decodeRoute(encodeRoute({ visited: marks, request: input }))).toEqual({
          visited: marks,
          request: input,
        });
      }),
      RUNS,
    );
    fc.assert(
      fc.property(fc.nat(16), answer, (hops, input) => {
        expect(decodeReply(encodeReply({ hops, answer: input }))).toEqual({ hops, answer: input });
      }),
      RUNS,
    );
  });

  it("of source routes and their replies round-trip", () => {
    fc.assert(
      fc.property(sourcePath, request, (path, input) => {
        expect(decodeSourceRoute(encodeSourceRoute({ path, request: input }))).toEqual({ path, request: input });
      }),
      RUNS,
    );
    fc.assert(
      fc.property(replyPath, answer, (path, input) => {
        expect(decodeSourceReply(encodeSourceReply({ path, answer: input }))).toEqual({ path, answer: input });
      }),
      RUNS,
    );
  });

  it("fit a frame at their largest", () => {
    const path = { at: 0, forward: Array(12).fill(0), back: Array(12).fill(0) };
    const marks = Array(16).fill("00000000");
    const requests: OverlayRequest[] = [
      { kind: "record", body: new Uint8Array(MAX_RECORD_BODY) },
      { kind: "carry", body: new Uint8Array(MAX_CONNECT_MESSAGE) },
      { kind: "message", message: { ...someMessage, payload: new Uint8Array(MAX_MESSAGE_BYTES) } },
    ];
    for (const each of requests) {
      expect(encodeSourceRoute({ path, request: each }).length).toBeLessThanOrEqual(MAX_OVERLAY_BODY);
      expect(decodeRoute(encodeRoute({ visited: marks, request: each }))).toEqual({ visited: marks, request: each });
      expect(encodeRoute({ visited: marks, request: each }).length).toBeLessThanOrEqual(MAX_OVERLAY_BODY);
    }
    const largest = { kind: "record-answer" as const, from: someId, body: new Uint8Array(MAX_RECORD_BODY) };
    expect(encodeSourceReply({ path: path.back, answer: largest }).length).toBeLessThanOrEqual(MAX_OVERLAY_BODY);
  });

  it("are ignored when of an unknown type, kind or word, and unknown fields are dropped", () => {
    expect(decodeHopBody(200, new Uint8Array(0))).toBeNull();
    expect(decodeHopBody(OVERLAY.route, new Uint8Array(0))).toBeNull();
    expect(decodeRequest(Uint8Array.of(99, 1, 2))).toBeNull();
    expect(decodeAnswer(Uint8Array.of(REQUEST_KIND.record, 1, 2))).toBeNull();
    expect(decodeAnswer(concat(Uint8Array.of(ANSWER_KIND.failed), encodeCbor({ reason: "mood" })))).toBeNull();
    const state = { mode: "full", visibility: "visible", links: 1, time: 1 };
    expect(decodeHopBody(OVERLAY.state, encodeCbor({ ...state, mode: "queen" }))).toBeNull();
    expect(decodeHopBody(OVERLAY.state, encodeCbor({ ...state, visibility: "blurred" }))).toBeNull();
    expect(decodeHopBody(OVERLAY.state, encodeCbor({ ...state, colour: [1] }))).toEqual({ type: "state", ...state });
    expect(decodeHopBody(OVERLAY.ping, encodeCbor({ loud: true }))).toEqual({ type: "ping" });
  });

  it.each<[string, HopMessage["type"], CborEncodable]>([
    ["a list as body", "ping", []],
    ["no mode", "state", { visibility: "visible", links: 1, time: 1 }],
    ["more links than a u16", "state", { mode: "full", visibility: "visible", links: 65536, time: 1 }],
    ["a time beyond a Date", "state", { mode: "full", visibility: "visible", links: 1, time: 8.64e15 + 1 }],
    ["four alternates", "refuse", { reason: "full", alternates: Array(4).fill(new Uint8Array(32)) }],
    ["a short alternate", "refuse", { reason: "full", alternates: [new Uint8Array(31)] }],
    ["a long reason", "refuse", { reason: "x".repeat(65), alternates: [] }],
    ["17 siblings", "siblings-answer", { nodes: new Uint8Array(17 * 64) }],
    ["half a sibling", "siblings-answer", { nodes: new Uint8Array(32) }],
    ["no siblings", "siblings-answer", {}],
    ["an ack of null", "ack", { taken: null }],
  ])("with %s are refused", (_, type, fields) => {
    expect(() => decodeHopBody(OVERLAY[type], encodeCbor(fields))).toThrow(DecodeError);
  });

  it.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array(0)],
    ["a connection message too large", filled(REQUEST_KIND.carry, MAX_CONNECT_MESSAGE + 1)],
    ["a record question too large", filled(REQUEST_KIND.record, MAX_RECORD_BODY + 1)],
    ["a message that is no map", concat(Uint8Array.of(REQUEST_KIND.message), encodeCbor([]))],
  ])("with %s as request are refused", (_, bytes) => {
    expect(() => decodeRequest(bytes)).toThrow(DecodeError);
  });

  it.each<[string, number, Uint8Array]>([
    [
      "nine nodes",
      ANSWER_KIND.nodes,
      encodeCbor({ self: new Uint8Array(64), full: true, nodes: new Uint8Array(9 * 66) }),
    ],
    ["no self", ANSWER_KIND.nodes, encodeCbor({ self: new Uint8Array(0), full: true, nodes: new Uint8Array(0) })],
    ["two selves", ANSWER_KIND.nodes, encodeCbor({ self: new Uint8Array(128), full: true, nodes: new Uint8Array(0) })],
    ["a cut id", ANSWER_KIND["record-answer"], new Uint8Array(31)],
    ["too large a record", ANSWER_KIND["record-answer"], new Uint8Array(33 + MAX_RECORD_BODY)],
    ["nobody", ANSWER_KIND.delivered, encodeCbor({})],
    ["no reason", ANSWER_KIND.failed, new Uint8Array(0)],
  ])("with %s as answer are refused", (_, kind, payload) => {
    expect(() => decodeAnswer(concat(Uint8Array.of(kind), payload))).toThrow(DecodeError);
  });

  it("with too many items are refused before memory is set aside for them", () => {
    const pong = (items: number) => encodeCbor({ later: Array(items).fill(0) });
    expect(decodeHopBody(OVERLAY.pong, pong(2000))).toEqual({ type: "pong" });
    expect(() => decodeHopBody(OVERLAY.pong, pong(2048))).toThrow(DecodeError);
  });

  it("carry node ids as 32 bytes", () => {
    const encoded = encodeHopBody({ type: "refuse", reason: "full", alternates: [someId] });
    expect(encoded).toEqual(encodeCbor({ reason: "full", alternates: [idBytes(someId)] }));
  });

  it("of a path are not written beyond the limits", () => {
    const find: OverlayRequest = { kind: "find-node" };
    const path = (change: Partial<SourceRouteBody["path"]>) =>
      encodeSourceRoute({ path: { at: 0, forward: [1], back: [0], ...change }, request: find });
    expect(() => path({ forward: Array(13).fill(1), back: Array(13).fill(1) })).toThrow(RangeError);
    expect(() => path({ forward: [65536] })).toThrow(RangeError);
    expect(() => path({ back: [] })).toThrow(RangeError);
    expect(() => path({ at: 2 })).toThrow(RangeError);
    expect(() => encodeRoute({ visited: Array(17).fill("00000000"), request: find })).toThrow(RangeError);
  });
});

function filled(kind: number, length: number): Uint8Array {
  const bytes = new Uint8Array(1 + length);
  bytes[0] = kind;
  return bytes;
}
