import { getHeapStatistics } from "node:v8";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { concat } from "../src/bytes.ts";
import { encodeCbor } from "../src/cbor.ts";
import { DecodeError } from "../src/errors.ts";
import { MAX_CONTROL_FRAME } from "../src/limits.ts";
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
  OVERLAY_HEADER_BYTES,
  type OverlayFrame,
} from "../src/overlay-frames.ts";
import { OVERLAY, type OverlayAnswer, type OverlayRequest } from "../src/overlay-messages.ts";
import { addVisited, advanceReply, advanceSource, nextReplyHandle, nextSourceHandle } from "../src/overlay-paths.ts";
import {
  decodeRecordAnswer,
  decodeRecordQuestion,
  encodeRecordAnswer,
  encodeRecordQuestion,
} from "../src/record-question-codec.ts";
import { decodeSync, encodeSync } from "../src/sync-codec.ts";
import { cpuTime } from "./cpu-time.ts";
import * as arbitrary from "./overlay-arbitraries.ts";

const INPUTS = 100_000;
/** What a decoded frame of 16 KiB may take of memory: its items are bounded, and each takes some 300 bytes at most. */
const MAX_HELD_BYTES = 1_000_000;

/** Everything that a node reads of a frame, as relay and as the one that it is meant for. */
function readWhole(bytes: Uint8Array): readonly unknown[] {
  const frame = decodeOverlayFrame(bytes);
  const { body } = frame;
  switch (frame.type) {
    case OVERLAY.route:
      return [addVisited(body, frame.source), requestParts(decodeRoute(body)?.request)];
    case OVERLAY.reply:
      return [answerParts(decodeReply(body)?.answer)];
    case OVERLAY["source-route"]:
      return [
        nextSourceHandle(body) !== null && advanceSource(body, 1),
        requestParts(decodeSourceRoute(body)?.request),
      ];
    case OVERLAY["source-reply"]:
      return [nextReplyHandle(body) !== null && advanceReply(body), answerParts(decodeSourceReply(body)?.answer)];
    case OVERLAY.sync:
      return [decodeSync(body)];
    default:
      return [decodeHopBody(frame.type, body)];
  }
}

function requestParts(request: OverlayRequest | undefined): unknown {
  return request?.kind === "record" ? decodeRecordQuestion(request.body) : request;
}

function answerParts(answer: OverlayAnswer | undefined): unknown {
  return answer?.kind === "record-answer" ? decodeRecordAnswer(answer.body) : answer;
}

/** Whether the frame was read; throws what is not a DecodeError. */
function survives(bytes: Uint8Array): boolean {
  try {
    readWhole(bytes);
    return true;
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

/** Deterministic 32-bit numbers (xorshift, Marsaglia 2003): a hundred thousand inputs cost fast-check too long. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function frameOf(type: keyof typeof OVERLAY, body: Uint8Array): Uint8Array {
  const [header] = fc.sample(arbitrary.frame, { numRuns: 1, seed: body.length });
  return encodeOverlayFrame({ ...(header as OverlayFrame), type: OVERLAY[type], body });
}

/** Frames of every type, each with every kind of content. */
function samples(): Uint8Array[] {
  const of = <T>(values: fc.Arbitrary<T>, count: number) => fc.sample(values, { numRuns: count, seed: 11 });
  const requests: OverlayRequest[] = [
    ...of(arbitrary.request, 30).filter(({ kind }) => kind !== "record"),
    ...of(arbitrary.recordQuestion, 40).map((question) => ({
      kind: "record" as const,
      body: encodeRecordQuestion(question),
    })),
  ];
  const [from] = of(arbitrary.nodeId, 1);
  if (from === undefined) throw new Error("no id");
  const answers: OverlayAnswer[] = [
    ...of(arbitrary.answer, 30).filter(({ kind }) => kind !== "record-answer"),
    ...of(arbitrary.recordAnswer, 40).map((answer) => ({
      kind: "record-answer" as const,
      from,
      body: encodeRecordAnswer(answer),
    })),
  ];
  const path = { at: 1, forward: [1, 2, 3], back: [4, 0, 0] };
  const all = [
    ...of(arbitrary.hopMessage, 40).map((message) => frameOf(message.type, encodeHopBody(message))),
    ...of(arbitrary.syncMessage, 40).map((message) => frameOf("sync", encodeSync(message))),
    ...requests.map((request) => frameOf("route", encodeRoute({ visited: ["00000000"], request }))),
    ...requests.map((request) => frameOf("source-route", encodeSourceRoute({ path, request }))),
    ...answers.map((answer) => frameOf("reply", encodeReply({ hops: 3, answer }))),
    ...answers.map((answer) => frameOf("source-reply", encodeSourceReply({ path: [1, 2], answer }))),
  ];
  // Large ones cost time to copy and are mostly one byte string.
  return all.filter((frame) => frame.length < 1200);
}

/** One to four edits: a byte replaced, a bit flipped, a byte put in, some bytes taken out, some repeated, the end cut. */
function mutated(sample: Uint8Array, below: (n: number) => number): Uint8Array {
  let bytes = sample;
  for (let edits = 1 + below(4); edits > 0; edits--) bytes = edited(bytes, below);
  return bytes;
}

function edited(bytes: Uint8Array, below: (n: number) => number): Uint8Array {
  // Mostly behind the header, where there is more to break.
  const from = below(8) === 0 ? 0 : Math.min(OVERLAY_HEADER_BYTES, bytes.length);
  const at = Math.min(bytes.length, from + below(Math.max(1, bytes.length - from)));
  const copy = Uint8Array.from(bytes);
  switch (below(6)) {
    case 0:
      copy[at] = below(256);
      return copy;
    case 1:
      copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
      return copy;
    case 2:
      return concat(bytes.subarray(0, at), Uint8Array.of(below(256)), bytes.subarray(at));
    case 3:
      return concat(bytes.subarray(0, at), bytes.subarray(at + 1 + below(8)));
    case 4:
      return concat(bytes.subarray(0, at), bytes.subarray(Math.max(0, at - below(40))));
    default:
      return copy.subarray(0, at);
  }
}

/** Random bytes behind the header of a frame of some type; now and then the header is random too. */
function random(below: (n: number) => number): Uint8Array {
  const bytes = Uint8Array.from({ length: OVERLAY_HEADER_BYTES + below(120) }, () => below(256));
  if (below(10) > 0) bytes.set([1, 1 + below(14), 0, below(17)]);
  return bytes;
}

/** Frames of 16 KiB that cost the most that we could think of, of every type. */
function costly(): Uint8Array[] {
  const bodies = [0x00, 0x40, 0x60, 0x80, 0xa0, 0xf6, 0xff].map((byte) => new Uint8Array(16_000).fill(byte));
  const lists = bodies.map((body) => concat(Uint8Array.of(0x99, 0x3e, 0x80), body));
  const room = 15_000;
  const maps = [
    encodeCbor({ later: Array(2000).fill({}) }),
    encodeCbor({ later: Array(2040).fill([]) }),
    encodeCbor({ later: Array(room).fill({}) }),
    encodeCbor({ later: "é".repeat(room / 2) }),
    encodeCbor({ later: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`key ${i}`, {}])) }),
    encodeCbor({
      type: "records",
      records: Array(32).fill({ record: { type: "immutable", value: new Uint8Array(400) }, left: 1 }),
    }),
    encodeCbor({ type: "want", versions: new Uint8Array(256 * 48) }),
    encodeCbor({ nodes: new Uint8Array(16 * 64) }),
  ];
  const prefixes = { route: [0, 2], reply: [0, 129], "source-route": [0, 0, 2], "source-reply": [0, 130] } as const;
  return [...bodies, ...lists, ...maps].flatMap((body) => {
    const hop = (["ping", "state", "refuse", "siblings-answer", "sync"] as const).map((type) => frameOf(type, body));
    const routed = Object.entries(prefixes).map(([type, prefix]) => {
      const id = type === "source-reply" ? new Uint8Array(32) : new Uint8Array(0);
      return frameOf(type as keyof typeof prefixes, concat(Uint8Array.from(prefix), id, body));
    });
    return [...hop, ...routed];
  });
}

describe("frames of the overlay", () => {
  let good: Uint8Array[];
  beforeAll(() => {
    good = samples();
  });

  it("of every type are among those that are mutated", () => {
    expect(new Set(good.map((frame) => frame[1]))).toEqual(new Set(Object.values(OVERLAY)));
    for (const frame of good) expect(survives(frame)).toBe(true);
  });

  it(`survive ${INPUTS} random and mutated inputs, within 10 s of processor time`, { timeout: 120_000 }, () => {
    const below = numbers(0x5eed);
    let read = 0;
    const spent = cpuTime(() => {
      for (let i = 0; i < INPUTS; i++) {
        const sample = good[below(good.length)] ?? new Uint8Array(0);
        if (survives(i % 4 === 0 ? random(below) : mutated(sample, below))) read++;
      }
    });
    console.info(`${INPUTS} inputs: ${read} read, ${INPUTS - read} refused, ${Math.round(spent)} ms of processor time`);
    // Both ways are walked often.
    expect(read).toBeGreaterThan(INPUTS / 10);
    expect(INPUTS - read).toBeGreaterThan(INPUTS / 10);
    expect(spent).toBeLessThan(10_000);
  });

  it("cost at most 20 ms of processor time each, whatever 16 KiB hold", () => {
    const frames = costly();
    frames.forEach(survives);
    const times = frames.map((frame) => Math.min(...[1, 2, 3].map(() => cpuTime(() => survives(frame)))));
    console.info(`costliest of ${frames.length} frames: ${Math.max(...times).toFixed(2)} ms`);
    expect(Math.max(...times)).toBeLessThan(20);
  });

  it("cost at most 1 MB of memory each, whatever 16 KiB hold", () => {
    const frames = costly();
    frames.forEach(survives);
    const taken = frames.map((frame) => Math.min(...[1, 2, 3].map(() => allocated(() => survives(frame)))));
    console.info(`costliest of ${frames.length} frames: ${Math.max(...taken)} bytes`);
    expect(Math.max(...taken)).toBeLessThan(MAX_HELD_BYTES);
  });

  it("of one repeated byte are refused or ignored", () => {
    for (let byte = 0; byte < 256; byte++) {
      const frame = new Uint8Array(MAX_CONTROL_FRAME).fill(byte);
      for (const type of Object.values(OVERLAY)) {
        frame.set([1, type, 0, 16]);
        survives(frame);
      }
    }
  });
});

/** Bytes that `run` allocated, kept or not; a collection in between would make it negative, so callers repeat it. */
function allocated(run: () => void): number {
  const before = getHeapStatistics();
  run();
  const after = getHeapStatistics();
  const grown = after.used_heap_size - before.used_heap_size + after.external_memory - before.external_memory;
  return grown < 0 ? Number.POSITIVE_INFINITY : grown;
}
