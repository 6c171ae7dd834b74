import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecodeError } from "../src/errors.ts";
import {
  addVisited,
  advanceReply,
  advanceSource,
  joinReplyPath,
  joinSourcePath,
  joinVisited,
  nextReplyHandle,
  nextSourceHandle,
  replyPath,
  splitReplyPath,
  splitSourcePath,
  splitVisited,
  visitedMark,
} from "../src/overlay-paths.ts";
import { nodeId } from "./overlay-arbitraries.ts";

const REST = Uint8Array.of(1, 2, 3);
/** For each relay, the handle by which a frame leaves it, and its handle of the link by which the frame came. */
const relays = fc.array(fc.tuple(fc.nat(0xffff), fc.nat(0xffff)), { maxLength: 12 });

describe("a source route", () => {
  it("leaves each relay by the handle that the path names, and its answer goes the same way back", () => {
    fc.assert(
      fc.property(relays, (hops) => {
        const forward = hops.map(([leave]) => leave);
        let body: Uint8Array = joinSourcePath({ at: 0, forward, back: forward.map(() => 0) }, REST);
        for (const [leave, cameBy] of hops) {
          expect(nextSourceHandle(body)).toBe(leave);
          body = advanceSource(body, cameBy);
        }
        expect(nextSourceHandle(body)).toBeNull();
        const { prefix, rest } = splitSourcePath(body);
        expect(rest).toEqual(REST);
        let answer: Uint8Array = joinReplyPath(replyPath(prefix), REST);
        for (const [, cameBy] of hops.toReversed()) {
          expect(nextReplyHandle(answer)).toBe(cameBy);
          answer = advanceReply(answer);
        }
        expect(nextReplyHandle(answer)).toBeNull();
        expect(splitReplyPath(answer)).toEqual({ prefix: [], rest: REST });
      }),
    );
  });

  it("is answered from half-way by the relays that it passed", () => {
    const start = joinSourcePath({ at: 0, forward: [7, 8, 9], back: [0, 0, 0] }, REST);
    const { prefix } = splitSourcePath(advanceSource(advanceSource(start, 1), 2));
    expect(replyPath(prefix)).toEqual([2, 1]);
  });

  it("is not changed by a relay that passes it on", () => {
    const body = joinSourcePath({ at: 0, forward: [7], back: [0] }, REST);
    const before = Uint8Array.from(body);
    advanceSource(body, 5);
    expect(body).toEqual(before);
  });

  it.each<[string, number[]]>([
    ["nothing", []],
    ["one byte", [0]],
    ["more used than there are", [2, 1, 0, 0, 0, 0]],
    ["more than twelve", [0, 13, ...Array(52).fill(0)]],
    ["a cut path", [0, 1, 0, 0, 0]],
  ])("of %s is refused", (_, bytes) => {
    expect(() => nextSourceHandle(Uint8Array.from(bytes))).toThrow(DecodeError);
    expect(() => advanceSource(Uint8Array.from(bytes), 1)).toThrow(DecodeError);
    expect(() => splitSourcePath(Uint8Array.from(bytes))).toThrow(DecodeError);
  });

  it("that has arrived goes no further", () => {
    expect(() => advanceSource(joinSourcePath({ at: 1, forward: [7], back: [3] }, REST), 1)).toThrow(DecodeError);
    expect(() => advanceReply(joinReplyPath([], REST))).toThrow(DecodeError);
  });

  it.each<[string, number[]]>([
    ["nothing", []],
    ["more than twelve", [13, ...Array(26).fill(0)]],
    ["a cut path", [1, 0]],
  ])("with an answer of %s is refused", (_, bytes) => {
    expect(() => nextReplyHandle(Uint8Array.from(bytes))).toThrow(DecodeError);
    expect(() => advanceReply(Uint8Array.from(bytes))).toThrow(DecodeError);
    expect(() => splitReplyPath(Uint8Array.from(bytes))).toThrow(DecodeError);
  });
});

describe("a recursive request", () => {
  it("lists who passed it, in order, and takes sixteen", () => {
    fc.assert(
      fc.property(fc.array(nodeId, { minLength: 16, maxLength: 16 }), nodeId, (nodes, another) => {
        let body: Uint8Array | null = joinVisited([], REST);
        for (const [i, node] of nodes.entries()) {
          body = body === null ? null : addVisited(body, node);
          const marks = nodes.slice(0, i + 1).map(visitedMark);
          expect(body === null ? null : splitVisited(body)).toEqual({ prefix: marks, rest: REST });
        }
        expect(body === null ? null : addVisited(body, another)).toBeNull();
      }),
      { numRuns: 20 },
    );
  });

  it.each<[string, number[]]>([
    ["nothing", []],
    ["more than sixteen", [17, ...Array(68).fill(0)]],
    ["a cut list", [1, 0, 0, 0]],
  ])("with %s for its list is refused", (_, bytes) => {
    expect(() => splitVisited(Uint8Array.from(bytes))).toThrow(DecodeError);
    expect(() => addVisited(Uint8Array.from(bytes), "00" as never)).toThrow(DecodeError);
  });
});
