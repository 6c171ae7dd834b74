import { describe, expect, it } from "vitest";
import { LaneTrial } from "../src/lane-trial.ts";

const TICK = 250;
const MAY = true;

interface Line {
  /** Bytes/ms that go over it. */
  readonly rate: number;
  /** Ms that packets wait whenever the browser is asked; null: it has no news. */
  readonly wait: number | null;
  /** SCTP holds back nothing: the line alone is the limit. */
  readonly open?: boolean;
}

/** A link that always has something to send. */
class SendingLink {
  readonly trial = new LaneTrial();
  readonly counts: number[] = [];
  now = 0;
  #sent = 0;
  #heldSince = 0;

  /** Sends for so many ms. @param may a trial may begin. */
  send(ms: number, { rate, wait, open = false }: Line, may: boolean | "near" = MAY): void {
    for (const end = this.now + ms; this.now < end; this.now += TICK) {
      if (open) this.#heldSince = this.now;
      const step = this.trial.tick(this.#sent, this.now - this.#heldSince, may, this.now);
      if (step === "measure" && wait !== null) this.trial.measured(wait, this.now + 5);
      if (step === "begin" || step === "end") this.counts.push(this.trial.count);
      this.#sent += rate * TICK;
    }
  }

  rest(): void {
    const step = this.trial.tick(this.#sent, null, MAY, this.now);
    if (step === "end") this.counts.push(this.trial.count);
    this.now += TICK;
  }
}

const LOSSY = { rate: 300, wait: 2 };
const LOSSY_WITH_LANES = { rate: 1200, wait: 2 };
const NEAR_AND_FAST = { rate: 20_000, wait: 5 };
const FULL = { rate: 2300, wait: 60 };

describe("a trial of lanes", () => {
  it("begins once SCTP has held back some for half a second", () => {
    const link = new SendingLink();
    link.send(500, LOSSY);
    expect(link.counts).toEqual([]);
    link.send(TICK, LOSSY);
    expect([link.counts, link.trial.count]).toEqual([[3], 3]);
  });

  it("is not begun where SCTP holds back nothing, or only now and then", () => {
    const link = new SendingLink();
    link.send(10_000, { ...LOSSY, open: true });
    for (let i = 0; i < 10; i++) {
      link.send(TICK, LOSSY);
      link.send(TICK, { ...LOSSY, open: true });
    }
    expect(link.counts).toEqual([]);
  });

  it("keeps what gains a fifth while packets meet no queue", () => {
    const link = new SendingLink();
    link.send(750, LOSSY);
    link.send(60_000, LOSSY_WITH_LANES);
    expect([link.counts, link.trial.count]).toEqual([[3], 3]);
  });

  it("ends where nothing is gained, and is repeated, ever more seldom", () => {
    const link = new SendingLink();
    link.send(4000, LOSSY);
    expect([link.counts, link.trial.count]).toEqual([[3, 0], 0]);
    link.send(3 * 60_000, LOSSY);
    const trials = link.counts.filter((count) => count === 3).length;
    expect(trials).toBe(6);
    link.send(2 * 60_000, LOSSY);
    expect(link.counts.filter((count) => count === 3).length - trials).toBeLessThanOrEqual(2);
  });

  it("is not begun while packets meet a queue: the line is full", () => {
    const link = new SendingLink();
    link.send(30_000, FULL);
    expect(link.counts).toEqual([]);
  });

  it("ends where a queue stands at its end, whatever it gained: the rate was still rising", () => {
    const link = new SendingLink();
    link.send(750, { rate: 900, wait: 0 });
    link.send(3500, FULL);
    expect(link.counts).toEqual([3, 0]);
  });

  it("is judged by what was measured in its second half alone, and waits for that", () => {
    const link = new SendingLink();
    link.send(750, LOSSY);
    link.send(1500, { rate: 1200, wait: 0 });
    link.send(2000, { rate: 1200, wait: null });
    expect(link.counts).toEqual([3]);
    link.send(500, { rate: 1200, wait: 60 });
    expect(link.counts).toEqual([3, 0]);
  });

  it("is not begun while it may not", () => {
    const link = new SendingLink();
    link.send(10_000, LOSSY, false);
    expect(link.counts).toEqual([]);
  });

  it("ends once there is nothing to send", () => {
    const link = new SendingLink();
    link.send(1500, LOSSY);
    link.rest();
    expect(link.counts).toEqual([3, 0]);
  });

  it("is spared a near path that is fast: it has lanes at once, and keeps them", () => {
    const link = new SendingLink();
    link.send(3 * TICK, NEAR_AND_FAST, "near");
    expect(link.counts).toEqual([3]);
    link.send(10_000, { rate: 1000, wait: 60 }, "near");
    link.rest();
    expect([link.counts, link.trial.count]).toEqual([[3], 3]);
  });

  it("is not made on a near path that is slow, whatever SCTP holds back", () => {
    const link = new SendingLink();
    link.send(10_000, LOSSY, "near");
    expect(link.counts).toEqual([]);
  });
});
