import { describe, expect, it } from "vitest";
import { EventQueue, PacketNetwork, Random } from "../src/index.ts";

const MBIT = 1e6 / 8;

/** Seconds that `frames` frames of 64 KiB take over one association, with at most `ahead` of them under way. */
function seconds(frames: number, ahead: number, loss: number, queue = 200): number {
  const events = new EventQueue();
  const network = new PacketNetwork(events, new Random(5), { hopDelay: 12.5, hopLoss: loss, hopQueue: queue });
  for (const id of ["a", "b"]) network.addNode(id, { up: 20 * MBIT, down: 20 * MBIT });
  network.link("a", "b", () => {});
  let sent = 0;
  const arrived: number[] = [];
  const send = () => {
    const number = sent++;
    network.send("a", "b", { bytes: 65_536, priority: "block", deliver: () => deliver(number) });
  };
  const deliver = (number: number) => {
    arrived.push(number);
    if (sent < frames) send();
  };
  for (let i = 0; i < ahead; i++) send();
  while (arrived.length < frames && events.step(600_000));
  expect(arrived).toEqual(Array.from({ length: frames }, (_, i) => i));
  return events.now / 1000;
}

describe("a network of packets", () => {
  it("carries nearly what the line does when little is under way", () => {
    expect((256 * 65_536) / seconds(256, 4, 0) / 1e6).toBeGreaterThan(2.2);
  });

  it("collapses when the queue before the line overflows, as Reno does", () => {
    expect(seconds(256, 4, 0, 40)).toBeLessThan(0.8 * seconds(256, 64, 0, 40));
  });

  it("is held by loss to about 1.22 packets over the square root of the loss in a round trip", () => {
    const rate = (128 * 65_536) / seconds(128, 4, 0.0025) / 1e6;
    expect(rate).toBeGreaterThan(0.3);
    expect(rate).toBeLessThan(0.65);
  });
});
