import { equalBytes, fingerprintOf } from "@starling/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BUFFER_LOW_WATER, QUEUE_LIMIT, type Transport } from "../src/index.ts";
import { createPair, End, eventually, numbered, numberOf, openPair, settle } from "./pair.ts";

const KIB = 1024;
const BLOCK = 64 * KIB;

/** What every `Transport` does. */
export function transportContract(name: string, createTransport: () => Transport): void {
  describe(`${name} transport`, () => {
    const ends: End[] = [];
    let transport: Transport;

    beforeEach(() => {
      transport = createTransport();
    });
    afterEach(() => {
      for (const end of ends.splice(0)) end.association.close("test over");
    });

    function pair() {
      const made = createPair(transport);
      ends.push(...made);
      return made;
    }
    async function open() {
      const made = await openPair(transport);
      ends.push(...made);
      return made;
    }

    describe("setting up", () => {
      it("opens both ends after an offer, an answer and candidates", async () => {
        const [a, b] = await open();
        expect(a.descriptions.map(({ type }) => type)).toEqual(["offer"]);
        expect(b.descriptions.map(({ type }) => type)).toEqual(["answer"]);
        expect(a.count("candidate") + b.count("candidate")).toBeGreaterThan(0);
        expect([a.count("open"), b.count("open")]).toEqual([1, 1]);
      });

      it("describes each association with one fingerprint of its own", async () => {
        const [a, b] = await open();
        const [first, second] = [a, b].map((end) => fingerprintOf(end.descriptions[0]!.sdp));
        expect(first).toMatch(/^[0-9a-f]{64}$/);
        expect(second).toMatch(/^[0-9a-f]{64}$/);
        expect(first).not.toBe(second);
      });

      it("counts the associations made", async () => {
        expect(transport.created).toBe(0);
        const [a] = pair();
        a.association.close("enough");
        expect(transport.created).toBe(2);
      });

      it("reports nothing from within a call", () => {
        const [a, b] = pair();
        a.association.describe({ type: "answer", sdp: "nonsense" });
        b.association.close("enough");
        expect([...a.log, ...b.log]).toEqual([]);
      });

      it("tells of several associations apart", async () => {
        const [a, b] = await open();
        const [c, d] = await open();
        a.association.send(numbered(1, 100), "control");
        c.association.send(numbered(2, 100), "control");
        await Promise.all([b.received(1), d.received(1)]);
        expect([...b.frames, ...d.frames].map(numberOf)).toEqual([1, 2]);
      });
    });

    describe("frames", () => {
      it("travel both ways, in order and unchanged", async () => {
        const [a, b] = await open();
        for (let i = 0; i < 200; i++) {
          a.association.send(numbered(i, 4 + i * 7), "control");
          b.association.send(numbered(1000 + i, 4 + i), "block");
        }
        await Promise.all([a.received(200), b.received(200)]);
        expectFrames(
          b,
          Array.from({ length: 200 }, (_, i) => numbered(i, 4 + i * 7)),
        );
        expectFrames(
          a,
          Array.from({ length: 200 }, (_, i) => numbered(1000 + i, 4 + i)),
        );
      });

      it("may be written only when the channel takes them", async () => {
        const [a, b] = await open();
        const frames = Array.from({ length: 20 }, (_, i) => numbered(i, BLOCK - i * 100));
        for (const frame of frames) {
          const write = (into: Uint8Array): void => into.set(frame);
          a.association.send({ byteLength: frame.byteLength, write }, "block");
        }
        await b.received(frames.length);
        expectFrames(b, frames);
      });

      it("may be 1 byte, 64 KiB, or as large as the other side takes", async () => {
        const [a, b] = await open();
        const largest = a.association.maxFrameBytes;
        expect(largest).toBeGreaterThanOrEqual(128 * KIB + 64);
        const sent = [Uint8Array.of(7), numbered(1, BLOCK), numbered(2, largest), numbered(3, largest)];
        for (const frame of sent) a.association.send(frame, "block");
        await b.received(4);
        expectFrames(b, sent);
      });

      it("may be views into a larger buffer", async () => {
        const [a, b] = await open();
        a.association.send(numbered(5, 100).subarray(10, 20), "control");
        await b.received(1);
        expect(b.frames[0]).toEqual(numbered(5, 100).slice(10, 20));
      });

      it("queued before the channel opens arrive first", async () => {
        const [a, b] = pair();
        a.onOpen = () => a.association.send(numbered(2, 100), "control");
        a.association.send(numbered(0, 100), "control");
        a.association.send(numbered(1, 100), "control");
        await b.received(3);
        expect(b.frames.map(numberOf)).toEqual([0, 1, 2]);
      });

      it("sent as soon as the channel opens are not missed, and come after `open`", async () => {
        for (let round = 0; round < 5; round++) {
          const [a, b] = pair();
          a.onOpen = () => a.association.send(numbered(1, 100), "control");
          b.onOpen = () => b.association.send(numbered(2, 100), "control");
          await Promise.all([a.received(1), b.received(1)]);
          for (const end of [a, b]) expect(end.log.indexOf("open")).toBeLessThan(end.log.indexOf("frame"));
        }
      });
    });

    describe("the send queue", () => {
      it("lets control frames overtake queued blocks, and keeps each kind in order", async () => {
        const [a, b] = await open();
        for (let i = 0; i < 60; i++) a.association.send(numbered(i, BLOCK), "block");
        for (let i = 100; i < 110; i++) a.association.send(numbered(i, KIB), "control");
        await b.received(70);
        const order = b.frames.map(numberOf);
        expect(order.indexOf(109)).toBeLessThan(20);
        expect(order.filter((n) => n < 100)).toEqual(Array.from({ length: 60 }, (_, i) => i));
        expect(order.filter((n) => n >= 100)).toEqual(Array.from({ length: 10 }, (_, i) => 100 + i));
      });

      it("counts what waits, and says when it fell below the low-water mark", async () => {
        const [a, b] = await open();
        for (let i = 0; i < 64; i++) a.association.send(numbered(i, BLOCK), "block");
        expect(a.association.queuedBytes).toBeGreaterThan(60 * BLOCK);
        expect(a.association.queuedBytes).toBeLessThanOrEqual(64 * BLOCK);
        await b.received(64);
        await eventually(() => a.flushes.length > 0);
        expect(a.flushes.length).toBe(1);
        expect(a.flushes[0]).toBeLessThanOrEqual(BUFFER_LOW_WATER);
        await eventually(() => a.association.queuedBytes === 0);
      });

      it("answers every block with `flushed`, so that a sender that waits for it never stalls", async () => {
        const [a, b] = await open();
        let sent = 0;
        const next = () => {
          if (sent < 50) a.association.send(numbered(sent++, 16 * KIB), "block");
        };
        a.onFlushed = next;
        next();
        await b.received(50);
        expect(b.frames.map(numberOf)).toEqual(Array.from({ length: 50 }, (_, i) => i));
      });

      it("says nothing about control frames", async () => {
        const [a, b] = await open();
        for (let i = 0; i < 100; i++) a.association.send(numbered(i, 4 * KIB), "control");
        await b.received(100);
        await settle();
        expect(a.flushes).toEqual([]);
      });
    });

    describe("ending", () => {
      it("gives the reason on both sides", async () => {
        const [a, b] = await open();
        a.association.close("no longer wanted");
        expect(await a.ended()).toEqual({ reason: "local", detail: "no longer wanted" });
        expect((await b.ended()).reason).toBe("remote");
      });

      it("is reported once on each side when both close", async () => {
        const [a, b] = await open();
        a.association.close("first");
        b.association.close("second");
        a.association.close("again");
        await settle();
        expect(a.closed).toEqual({ reason: "local", detail: "first" });
        expect(b.closed).toEqual({ reason: "local", detail: "second" });
        expect([a.count("closed"), b.count("closed")]).toEqual([1, 1]);
      });

      it("is the last event, and makes every later call harmless", async () => {
        const [a, b] = await open();
        for (let i = 0; i < 32; i++) {
          a.association.send(numbered(i, BLOCK), "block");
          b.association.send(numbered(i, BLOCK), "block");
        }
        a.association.close("enough");
        a.association.send(numbered(99, BLOCK), "block");
        a.association.describe(b.descriptions[0]!);
        a.association.addCandidate({ candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0 });
        await b.ended();
        await settle();
        expect(a.log.at(-1)).toBe("closed");
        expect(b.log.at(-1)).toBe("closed");
        expect(a.frames).toEqual([]);
        expect(await a.association.stats()).toEqual({ roundTripMs: null, checks: null, relayed: false });
      });

      it.each(["description", "candidate"] as const)("may come in mid set-up, after the first %s", async (event) => {
        const [a, b] = pair();
        await eventually(() => a.log.includes(event));
        a.association.close("changed my mind");
        b.association.close("changed my mind");
        await settle();
        for (const end of [a, b]) {
          expect(end.closed?.reason).toBe("local");
          expect(end.log.indexOf("closed")).toBe(end.log.length - 1);
        }
      });

      it("may come before anything else", async () => {
        const end = new End(transport, true);
        end.association.close("at once");
        await settle();
        expect(end.log).toEqual(["closed"]);
      });

      it("follows a description that cannot be used", async () => {
        const end = new End(transport, false);
        end.association.describe({ type: "offer", sdp: "v=0\r\nnonsense" });
        expect((await end.ended()).reason).toBe("setup-failed");
      });

      it("follows a frame that is too large to send", async () => {
        const [a, b] = await open();
        a.association.send(new Uint8Array(a.association.maxFrameBytes + 1), "block");
        expect((await a.ended()).reason).toBe("frame-too-large");
        expect((await b.ended()).reason).toBe("remote");
      });

      it("follows more bytes than may wait", async () => {
        const [a, b] = await open();
        const block = new Uint8Array(BLOCK);
        for (let i = 0; i < QUEUE_LIMIT / BLOCK + 32; i++) a.association.send(block, "block");
        expect((await a.ended()).reason).toBe("overrun");
        expect((await b.ended()).reason).toBe("remote");
      });
    });
  });
}

/** As `toEqual`, which is slow on large arrays. */
function expectFrames(end: End, expected: readonly Uint8Array[]): void {
  expect(end.frames.map((frame) => frame.length)).toEqual(expected.map((frame) => frame.length));
  expect(end.frames.every((frame, i) => equalBytes(frame, expected[i]!))).toBe(true);
}
