import { encodeBlock, encodeFrame, encodeLaneFrame, FRAME } from "@starling/protocol";
import { type Association, createMemoryTransport, MemoryNetwork } from "@starling/transport";
import { describe, expect, it } from "vitest";
import { Lanes } from "../src/lanes.ts";

const BLOCK = encodeBlock({ share: 1, piece: 0, offset: 0, sentAt: 0, payload: new Uint8Array(1000) });

interface End {
  readonly lanes: Lanes;
  readonly blocks: Uint8Array[];
  readonly made: Association[];
  readonly broken: string[];
  /** Lane messages that it sent over the link. */
  readonly told: Uint8Array[];
}

/** Two ends of a link, whose lane messages reach the other one. */
function pair(): { a: End; b: End; settle: () => void } {
  const tasks: (() => void)[] = [];
  const transport = createMemoryTransport(new MemoryNetwork((task) => void tasks.push(task)));
  const end = (other: () => End): End => {
    const made: Association[] = [];
    const [blocks, told, broken]: [Uint8Array[], Uint8Array[], string[]] = [[], [], []];
    const lanes = new Lanes({
      create: (initiator, events) => {
        const association = transport.create({ initiator, iceServers: [] }, events);
        made.push(association);
        return association;
      },
      send: (frame) => {
        told.push(frame);
        tasks.push(() => other().lanes.heard(frame));
      },
      block: (frame) => void blocks.push(frame),
      flushed: () => {},
      broken: (detail) => void broken.push(detail),
    });
    return { lanes, blocks, made, broken, told };
  };
  const a: End = end(() => b);
  const b: End = end(() => a);
  const settle = () => {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) task();
  };
  return { a, b, settle };
}

const drained = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("lanes beside a link", () => {
  it("open when one side uses them, and carry its blocks", () => {
    const { a, b, settle } = pair();
    a.lanes.use(3);
    expect(a.lanes.send(BLOCK, 1e6)).toBe(false);
    settle();
    expect(a.made).toHaveLength(3);
    expect(b.made).toHaveLength(3);
    expect(a.lanes.send(BLOCK, 1e6)).toBe(true);
    settle();
    expect(b.blocks).toEqual([BLOCK]);
  });

  it("leave a block to the link where that holds least", () => {
    const { a, settle } = pair();
    a.lanes.use(1);
    settle();
    expect(a.lanes.send(BLOCK, 0)).toBe(false);
  });

  it("are opened once only, and rest while they are not used", () => {
    const { a, b, settle } = pair();
    a.lanes.use(2);
    settle();
    a.lanes.use(0);
    expect(a.lanes.send(BLOCK, 1e6)).toBe(false);
    a.lanes.use(2);
    settle();
    expect(a.made).toHaveLength(2);
    expect(b.made).toHaveLength(2);
  });

  it("are not opened anew by a peer that offers a number twice", () => {
    const { a, b, settle } = pair();
    a.lanes.use(1);
    settle();
    for (let i = 0; i < 20; i++) b.lanes.heard(encodeLaneFrame({ type: "offer", lane: 1, sdp: "v=0" }));
    expect(b.made).toHaveLength(1);
  });

  it("pass nothing on but blocks", () => {
    const { a, b, settle } = pair();
    a.lanes.use(1);
    settle();
    a.made[0]?.send(encodeFrame(FRAME.swarm, new Uint8Array(3)), "control");
    settle();
    expect(b.blocks).toEqual([]);
  });

  it("say when one breaks that was used, and not when they are ended", async () => {
    const { a, b, settle } = pair();
    a.lanes.use(2);
    settle();
    a.lanes.send(BLOCK, 1e6);
    b.made[0]?.close("gone");
    b.made[1]?.close("gone");
    settle();
    await drained();
    expect(a.broken).toHaveLength(1);
    a.lanes.end();
    await drained();
    expect(a.broken).toHaveLength(1);
  });
});
