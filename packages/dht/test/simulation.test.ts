import { type NodeId, nodeIdOf, type Root, toHex } from "@starling/protocol";
import { Churn, compareXor, Samples } from "@starling/sim";
import { beforeAll, describe, expect, it } from "vitest";
import { colluding, dropsRequests } from "./misconduct.ts";
import type { DhtHost } from "./overlay-host.ts";
import { Library } from "./overlay-library.ts";
import { type ConductOf, DhtNetwork } from "./overlay-network.ts";

/** `npm run test:full` lets all thousand nodes join dial by dial; else most are there from the beginning. */
const FULL = process.env.STARLING_FULL === "1";
const NODES = 1_000;
const JOINING = FULL ? NODES : 120;
const MINUTE = 60_000;

function shown(samples: Samples, digits = 0): string {
  const [median, high, max] = [samples.median, samples.quantile(0.95), samples.max];
  return `median ${median.toFixed(digits)}, 95th ${high.toFixed(digits)}, max ${max.toFixed(digits)}`;
}

function print(what: string, value: string, target: string): void {
  console.log(`  ${what.padEnd(44)} ${value.padEnd(44)} target ${target}`);
}

function samplesOf(values: Iterable<number>): Samples {
  const samples = new Samples();
  for (const value of values) samples.add(value);
  return samples;
}

/** Nodes join, one every 250 ms; seconds until each is linked with its nearest among those that came before it. */
function joinTimes(network: DhtNetwork, count: number): Samples {
  const [times, begun] = [new Samples(), new Map<DhtHost, number>()];
  const order = new Map(network.hosts.map(({ id }, index) => [id as string, index]));
  const look = () => {
    for (const [host, since] of begun) {
      const mine = order.get(host.id) ?? 0;
      if (network.missingSiblings(host, (other) => (order.get(other) ?? mine) < mine).length > 0) continue;
      times.add((network.world.now - since) / 1_000);
      begun.delete(host);
    }
  };
  for (let i = 0; i < count; i++) {
    const host = network.add();
    order.set(host.id, order.size);
    begun.set(host, network.world.now);
    network.run(250);
    if (i % 4 === 3) look();
  }
  for (let second = 0; second < 60; second++) {
    network.run(1_000);
    look();
  }
  for (const since of begun.values()) times.add((network.world.now - since) / 1_000);
  return times;
}

describe("a thousand nodes with the whole protocol", { timeout: 120_000 }, () => {
  const network = new DhtNetwork({ seed: 1 });
  const library = new Library(network);
  let joined = new Samples();

  beforeAll(() => {
    if (JOINING < NODES) network.warm(NODES - JOINING);
    network.run(JOINING < NODES ? 120_000 : 0);
    joined = joinTimes(network, JOINING);
    library.fill(100);
  }, 240_000);

  it("find their siblings within half a minute of joining", () => {
    print("join to right siblings, s", shown(joined), "95th <= 30");
    const right = network.siblingsRight();
    print("nodes linked with their true nearest", `${(100 * right).toFixed(1)} %`, ">= 99 %");
    expect(joined.quantile(0.95)).toBeLessThanOrEqual(30);
    expect(right).toBeGreaterThanOrEqual(0.99);
  });

  it("keep within their budget of links and dials", () => {
    const nodes = [...network.world.nodes()];
    const links = samplesOf(nodes.map((node) => node.links.size));
    const created = samplesOf(nodes.map((node) => node.created));
    // Siblings are never given up, so that a node which is a sibling to many may have a few more than 48.
    print("links", shown(links), "48 and siblings");
    print("peer connections made", shown(created), "< 350 of 500");
    expect(links.median).toBeLessThanOrEqual(48);
    expect(links.max).toBeLessThanOrEqual(64);
    expect(created.max).toBeLessThan(350);
    expect(network.hosts.flatMap(({ drops }) => drops)).toEqual([]);
  });

  it("find every record that was acknowledged, in three hops", () => {
    const before = network.shared.fastHops.count;
    const { asked, found, wrong, took, failures } = library.read(500, MINUTE);
    const hops = samplesOf(network.shared.fastHops.since(before));
    print("look-ups that succeed", `${found} of ${asked}`, ">= 99.9 %");
    print("hops of the fast path", shown(hops), "3 / 5");
    print("time to the answer, ms", shown(took), "");
    expect([library.size, library.refused, wrong, failures]).toEqual([100, [], 0, []]);
    expect(found / asked).toBeGreaterThanOrEqual(0.999);
    expect(hops.median).toBeLessThanOrEqual(3);
    expect(hops.quantile(0.95)).toBeLessThanOrEqual(5);
  });

  it("name the true nearest to any key by the sure path", () => {
    const queries = new Samples();
    let right = 0;
    for (let i = 0; i < 50; i++) {
      const key = network.random.bytes(32);
      const operation = network.ask(network.any(), { type: "lookup", key });
      network.finish([operation]);
      const nodes = operation.result?.type === "nearest" ? operation.result.nodes : [];
      if (operation.result?.type === "nearest") queries.add(operation.result.queries);
      if (nodes[0] === network.world.ids.nearest(toHex(key), 1)[0]) right++;
    }
    print("sure look-ups that find the nearest node", `${right} of 50`, "");
    print("queries of a sure look-up", shown(queries), "<= 60");
    expect(right).toBeGreaterThanOrEqual(49);
  });

  it("send less than a kilobyte a second for their upkeep", () => {
    const before = new Map([...network.world.nodes()].map(({ id, sent }) => [id, sent.bytes]));
    network.run(MINUTE);
    const rates = samplesOf(
      [...network.world.nodes()].map(({ id, sent }) => (sent.bytes - (before.get(id) ?? 0)) / 60),
    );
    print("upkeep, bytes/s", shown(rates), "<= 1000");
    expect(rates.quantile(0.95)).toBeLessThanOrEqual(1_000);
  });

  it("lose no record as 30 % leave at once, and have their siblings back soon", () => {
    for (const { id } of network.hosts) if (network.random.unit() < 0.3) network.world.remove(id, "closed");
    const left = network.world.now;
    const atOnce = library.read(200, 5_000);
    let right = network.siblingsRight();
    while (right < 0.95 && network.world.now - left < 5 * MINUTE) {
      network.run(5_000);
      right = network.siblingsRight();
    }
    const repaired = (network.world.now - left) / 1_000;
    network.run(Math.max(0, left + MINUTE - network.world.now));
    const later = library.read(200, 10_000);
    print("look-ups right after 30 % left", `${atOnce.found} of ${atOnce.asked}`, ">= 95 %");
    print("siblings right again (95 % of nodes), s", repaired.toFixed(0), "");
    print("look-ups a minute later", `${later.found} of ${later.asked}`, ">= 99 %");
    expect(atOnce.found / atOnce.asked).toBeGreaterThanOrEqual(0.95);
    expect(later.found / later.asked).toBeGreaterThanOrEqual(0.99);
    expect(repaired).toBeLessThanOrEqual(120);
  });
});

describe("under churn with median sessions of ten minutes", () => {
  for (const [shape, name] of [
    [1, "exponential"],
    [0.5, "heavy-tailed (Weibull)"],
  ] as const) {
    it(`at least 99 % of look-ups succeed: ${name}`, { timeout: 120_000 }, () => {
      const network = new DhtNetwork({ seed: 3 });
      network.warm(150);
      network.run(2 * MINUTE);
      const library = new Library(network);
      library.fill(50);
      const churn = new Churn(network.world, {
        seed: 4,
        lengths: { medianMs: 10 * MINUTE, shape },
        departures: ["leave", "closed", "closed", "silent"],
        arrive: () => network.make(),
      });
      network.run(5 * MINUTE);
      const { asked, found, wrong, failures } = library.read(300, 5 * MINUTE);
      print(`look-ups under churn, ${name}`, `${found} of ${asked}; ${churn.departed} left`, ">= 99 %");
      expect([wrong, churn.departed > 25]).toEqual([0, true]);
      expect([found / asked >= 0.99, failures]).toEqual([true, failures]);
    });
  }
});

describe("one seed", () => {
  function trace(seed: number): string {
    const network = new DhtNetwork({ seed });
    network.grow(30, 300);
    network.run(MINUTE);
    const library = new Library(network);
    library.fill(10);
    library.read(10, 5_000);
    return network.world.trace.digest();
  }

  it("gives one trace of the whole protocol, another seed another", () => {
    expect(trace(5)).toBe(trace(5));
    expect(trace(5)).not.toBe(trace(6));
  });
});

describe("with a fifth of the nodes bad", () => {
  const kinds: readonly (readonly [string, (network: DhtNetwork, ring: Set<string>) => ConductOf])[] = [
    ["swallowing what they should pass on", () => dropsRequests],
    [
      "colluding on their answers",
      (network, ring) => (self) => colluding(self, ring, (id) => network.shared.keys.get(id)),
    ],
  ];
  for (const [kind, conductsOf] of kinds) {
    it(`at least 99 % of gets succeed: ${kind}`, { timeout: 120_000 }, () => {
      const network = new DhtNetwork({ seed: 7 });
      const ring = new Set<string>();
      const conductOf = conductsOf(network, ring);
      network.warm(200, (self) => {
        if (network.random.unit() >= 0.2) return null;
        ring.add(self);
        return conductOf(self);
      });
      network.run(3 * MINUTE);
      const library = new Library(network, (id) => !ring.has(id));
      library.fill(60);
      const { asked, found, wrong, took } = library.read(300, MINUTE);
      print(`gets with 20 % ${kind.split(" ")[0]}`, `${found} of ${asked}`, ">= 99 %");
      print("  puts acknowledged; time of a get, ms", `${library.size} of 60; ${shown(took)}`, "");
      expect(wrong).toBe(0);
      expect(found / asked).toBeGreaterThanOrEqual(0.99);
    });
  }
});

describe("twenty ids ground near a key", () => {
  /** The nearest to the key of so many keys drawn: what an attacker does before it joins. */
  function ground(network: DhtNetwork, key: string, tries: number): Uint8Array[] {
    const drawn = Array.from({ length: tries }, () => network.random.bytes(32));
    const named = drawn.map((publicKey) => ({ publicKey, id: nodeIdOf(publicKey) }));
    return named
      .sort((a, b) => compareXor(key, a.id, b.id))
      .slice(0, 20)
      .map(({ publicKey }) => publicKey);
  }

  it("may hide providers of that key, but not from those who have a hint", { timeout: 120_000 }, () => {
    const network = new DhtNetwork({ seed: 11 });
    network.warm(150);
    network.run(2 * MINUTE);
    const root = toHex(network.random.bytes(32)) as Root;
    const provider = network.any();
    const before = network.ask(provider, { type: "provide", root });
    network.finish([before]);
    const key = before.result?.type === "stored" ? toHex(before.result.key) : "";
    const found = () => {
      const asked = Array.from({ length: 20 }, () => network.ask(network.any(), { type: "find-providers", root }));
      network.finish(asked, 2 * MINUTE);
      return asked.filter(({ providers }) => providers.includes(provider.id)).length;
    };
    const honest = found();
    const ring = new Set<string>();
    for (const publicKey of ground(network, key, 9_000)) {
      ring.add(nodeIdOf(publicKey));
      network.add((self) => colluding(self, ring, (id) => network.shared.keys.get(id)), publicKey);
    }
    network.run(3 * MINUTE);
    const nearest = network.world.ids.nearest(key, 20).filter((id) => ring.has(id)).length;
    const attacked = found();
    network.run(14 * MINUTE);
    const renewed = found();
    const askers = network.hosts
      .filter(({ id }) => !ring.has(id) && id !== provider.id && network.world.connectable(id, provider.id))
      .slice(0, 20);
    for (const asker of askers) network.world.enter(asker.id, () => asker.dial(provider.id));
    network.run(30_000);
    const linked = askers.filter(({ id }) => network.world.node(id)?.links.has(provider.id)).length;
    print("bad ids among the 20 nearest the key", `${nearest}`, "");
    print("askers that find the provider before", `${honest} of 20`, "20");
    print("  with 20 bad ids come, without hints", `${attacked} of 20`, "");
    print("  after the provider's next renewal", `${renewed} of 20`, "");
    print("  with a hint (dialled by id)", `${linked} of ${askers.length}`, "all");
    expect(honest).toBe(20);
    expect(nearest).toBeGreaterThanOrEqual(15);
    expect(linked / askers.length).toBeGreaterThanOrEqual(0.9);
  });
});

describe("with the server gone", () => {
  it("nodes that were never linked connect, and records are stored and found", { timeout: 60_000 }, () => {
    const network = new DhtNetwork({ seed: 19, costs: { pairFailure: 0, attemptFailure: 0 } });
    network.warm(150);
    network.run(3 * MINUTE);
    network.world.setServer(false);
    network.run(10_000);
    const strangers = network.hosts.flatMap((host, index) => {
      const other = network.hosts[(index * 7 + 75) % 150];
      const isStranger = other !== undefined && other !== host && !network.world.node(host.id)?.links.has(other.id);
      return isStranger && index % 5 === 0 ? [[host, other] as const] : [];
    });
    for (const [host, other] of strangers) network.world.enter(host.id, () => host.dial(other.id));
    network.run(15_000);
    const linked = strangers.filter(([host, other]) => network.world.node(host.id)?.links.has(other.id)).length;
    const library = new Library(network);
    library.fill(30);
    const { asked, found } = library.read(100, 20_000);
    print("without server: pairs linked; gets", `${linked} of ${strangers.length}; ${found} of ${asked}`, "all");
    expect(strangers.length).toBeGreaterThan(10);
    expect([linked, library.size, found]).toEqual([strangers.length, 30, asked]);
  });
});

describe("a network that was split", () => {
  for (const [name, minority] of [
    ["half and half", 0.5],
    ["nine to one", 0.1],
  ] as const) {
    it(`is one again after it heals: ${name}`, { timeout: 120_000 }, () => {
      const network = new DhtNetwork({ seed: 13 });
      network.warm(60);
      network.run(2 * MINUTE);
      const library = new Library(network);
      library.fill(30);
      const apart = new Set(network.hosts.filter(() => network.random.unit() < minority).map(({ id }) => id as string));
      network.world.partition((id) => (apart.has(id) ? 1 : 0));
      network.run(5 * MINUTE);
      const across = () =>
        network.hosts.filter(({ id }) =>
          [...(network.world.node(id)?.links.keys() ?? [])].some((peer) => apart.has(peer) !== apart.has(id)),
        ).length;
      expect([apart.size > 2, across()]).toEqual([true, 0]);
      network.world.heal();
      const healed = network.world.now;
      while (network.siblingsRight() < 0.99 && network.world.now - healed < 20 * MINUTE) network.run(10_000);
      const took = (network.world.now - healed) / MINUTE;
      const { asked, found, failures } = library.read(100, 20_000);
      print(`healed, ${name}`, `siblings right after ${took.toFixed(1)} min, ${found} of ${asked} gets`, "");
      expect([found, failures]).toEqual([asked, []]);
      expect(took).toBeLessThan(20);
    });
  }
});

describe("pages in the background", () => {
  it("serve while hidden, and are missed by nobody while frozen", { timeout: 120_000 }, () => {
    const network = new DhtNetwork({ seed: 17, tickMs: 250 });
    network.grow(40, 250);
    network.run(2 * MINUTE);
    const library = new Library(network);
    library.fill(30);
    const hosts: readonly { readonly id: NodeId }[] = network.hosts;
    for (const { id } of hosts) network.world.setVisibility(id, "hidden");
    const hidden = library.read(100, MINUTE);
    for (const { id } of hosts.slice(0, 10)) network.world.setVisibility(id, "frozen");
    network.run(MINUTE);
    const frozen = library.read(100, MINUTE);
    for (const { id } of hosts.slice(0, 10)) network.world.setVisibility(id, "visible");
    network.run(MINUTE);
    const resumed = library.read(100, MINUTE);
    print("gets: all hidden, ten frozen, resumed", `${hidden.found}, ${frozen.found}, ${resumed.found} of 100`, "");
    expect([hidden.found, frozen.found, resumed.found]).toEqual([hidden.asked, frozen.asked, resumed.asked]);
    expect(network.siblingsRight()).toBeGreaterThanOrEqual(0.95);
  });
});
