import { Random } from "@starling/sim";
import { describe, expect, it } from "vitest";
import { MODELS, Trial } from "../compare.ts";
import { CentralIndex } from "../models/central-index.ts";
import { Chord } from "../models/chord.ts";
import { Gnutella } from "../models/gnutella.ts";
import { Kademlia } from "../models/kademlia.ts";
import { Pastry } from "../models/pastry.ts";
import { clockwise, Population } from "../models/population.ts";
import { SuperPeers } from "../models/super-peers.ts";

describe("a population", () => {
  const population = new Population(new Random(1), new Random(2));
  const nodes = Array.from({ length: 300 }, () => population.enter());
  for (const node of nodes.splice(0, 50)) population.leave(node);
  const keys = Array.from({ length: 100 }, () => population.random.u32());

  it("names the nearest by XOR, on the ring and after a point as sorting all does", () => {
    for (const key of keys) {
      const by = (distance: (node: number) => number) =>
        [...nodes].sort((a, b) => distance(a) - distance(b)).slice(0, 9);
      expect(population.nearestByXor(key, 9)).toEqual(by((node) => population.xor(node, key)));
      expect(population.nearestOnRing(key, 9)).toEqual(by((node) => population.ringDistance(node, key)));
      expect(population.successors(key, 9)).toEqual(by((node) => clockwise(key, population.point(node))));
    }
  });
});

describe("every model", () => {
  for (const make of MODELS) {
    const { model } = new Trial(make, 1, 2);
    it(`finds everything in a network that stands still: ${model.name}`, () => {
      for (const nodes of [2, 10, 500]) {
        const { lookups, found } = new Trial(make, 3, nodes).ask(200);
        expect(found / lookups).toBe(1);
      }
    });
  }

  it("meets the same nodes and questions", () => {
    const points = MODELS.map((make) => {
      const trial = new Trial(make, 5, 50);
      trial.churn({ medianMs: 60_000, shape: 0.5 });
      trial.run(120_000);
      return Array.from({ length: 80 }, (_, node) => [trial.population.point(node), trial.population.alive(node)]);
    });
    for (const other of points) expect(other).toEqual(points[0]);
  });

  it("gives the same figures for the same seed", () => {
    const measure = () =>
      MODELS.map((make) => {
        const trial = new Trial(make, 5, 60);
        trial.churn({ medianMs: 60_000, shape: 0.5 });
        const { found, messages, hops } = trial.ask(50, 60_000);
        return [found, messages.mean, hops.mean];
      });
    expect(measure()).toEqual(measure());
  });
});

describe("the papers' claims hold for their models", () => {
  it("Chord: half of log2(n) hops to the key's own successor; replicas save two or so", () => {
    const { hops, state } = new Trial((population) => new Chord(population), 1, 1_000).ask(1_000);
    expect(hops.mean).toBeGreaterThan(2.5);
    expect(hops.mean).toBeLessThan(5.5);
    expect(state.median).toBeLessThanOrEqual(8 + 11);
  });

  it("Pastry: fewer than log16(n) + 1 hops", () => {
    const { hops, state } = new Trial((population) => new Pastry(population), 1, 1_000).ask(1_000);
    expect(hops.mean).toBeLessThan(Math.log2(1_000) / 4 + 1);
    expect(hops.mean).toBeGreaterThan(1);
    expect(state.median).toBeLessThan(16 + 15 * 4);
  });

  it("Kademlia: fewer than log2(n) hops over fewer than 48 links", () => {
    const { hops, state } = new Trial((population) => new Kademlia(population), 1, 1_000).ask(1_000);
    expect(hops.mean).toBeLessThan(5);
    expect(state.max).toBeLessThan(56);
  });

  it("flooding: messages grow with the number of nodes", () => {
    const [small, large] = [500, 2_000].map((nodes) => new Trial((p) => new Gnutella(p), 1, nodes).ask(20));
    expect(large!.messages.mean / small!.messages.mean).toBeGreaterThan(3);
  });

  it("super-peers: one in a hundred, that hold what the others share", () => {
    const { state, hops } = new Trial((population) => new SuperPeers(population), 1, 1_000).ask(200);
    expect(state.median).toBe(1);
    expect(state.max).toBeGreaterThan(60);
    expect(hops.max).toBeLessThanOrEqual(3);
  });

  it("a central index: two messages, and nothing at all without it", () => {
    const trial = new Trial((population) => new CentralIndex(population), 1, 100);
    expect(trial.ask(10).messages.max).toBe(2);
    (trial.model as CentralIndex).up = false;
    expect(trial.ask(10).found).toBe(0);
  });
});

describe("under churn", () => {
  it("the structured models still find nearly all with median sessions of ten minutes", () => {
    for (const make of MODELS.slice(0, 3)) {
      const trial = new Trial(make, 2, 300);
      trial.churn({ medianMs: 600_000, shape: 1 });
      trial.run(300_000);
      const { found, name } = trial.ask(200, 300_000);
      expect([name, found >= 190]).toEqual([name, true]);
    }
  });
});
