import { type NodeId, nodeIdOf, type Root, toHex } from "@starling/protocol";
import { Churn, compareXor } from "@starling/sim";
import { afterAll, describe, expect, it } from "vitest";
import { FULL, MINUTE, print, samplesOf, shown, stopwatch } from "./measured.ts";
import { colluding, dropsRequests } from "./misconduct.ts";
import type { DhtHost } from "./overlay-host.ts";
import { Ledger } from "./overlay-ledger.ts";
import { Library } from "./overlay-library.ts";
import { type ConductOf, DhtNetwork } from "./overlay-network.ts";

afterAll(stopwatch("faults"));

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** Read again so long after a mass leave. */
const AFTER_LEAVE = FULL ? MINUTE : 15_000;
const READS = FULL ? 150 : 100;

describe("under churn with median sessions of ten minutes", () => {
  const shapes = [
    [0.5, "heavy-tailed (Weibull)"],
    [1, "exponential"],
  ] as const;
  for (const [shape, name] of FULL ? shapes : shapes.slice(1)) {
    it(`at least 99 % of look-ups succeed: ${name}`, { timeout: 600_000 }, () => {
      const network = new DhtNetwork({ seed: 3 });
      network.warm(FULL ? 300 : 60);
      network.run(MINUTE / 2);
      const writers = new Set(network.hosts.slice(0, 10));
      const library = new Library(network);
      const ledger = new Ledger(network, [...writers]);
      library.fill(40);
      const stay = new Set([...writers].map(({ id }) => id as string));
      const churn = new Churn(network.world, {
        seed: 4,
        lengths: { medianMs: 10 * MINUTE, shape },
        departures: ["leave", "closed", "closed", "silent"],
        arrive: () => network.make(),
        spares: (id) => stay.has(id),
      });
      network.run((FULL ? 5 : 1) * MINUTE);
      const rounds = Array.from({ length: FULL ? 10 : 2 }, () => {
        ledger.write();
        return { records: library.read(100, FULL ? MINUTE : MINUTE / 2), values: ledger.read() };
      });
      const asked = sum(rounds.map(({ records }) => records.asked));
      const found = sum(rounds.map(({ records }) => records.found));
      const wrong = sum(rounds.map(({ records }) => records.wrong));
      const values = {
        asked: sum(rounds.map((round) => round.values.asked)),
        found: sum(rounds.map((round) => round.values.found)),
        older: sum(rounds.map((round) => round.values.older)),
      };
      print(`look-ups under churn, ${name}`, `${found} of ${asked}; ${churn.departed} left`, ">= 99 %");
      print(
        "  acknowledged values read; older versions",
        `${values.found} of ${values.asked}; ${values.older}`,
        ">= 99 %; 0",
      );
      const replicated = samplesOf([...library.keys].map((key) => network.replicated(key)));
      print(
        "  true replicas that hold a record",
        `mean ${replicated.mean.toFixed(3)}, least ${replicated.quantile(0).toFixed(2)}`,
        "",
      );
      expect(replicated.mean).toBeGreaterThanOrEqual(0.95);
      expect([wrong, values.older, churn.departed > 1]).toEqual([0, 0, true]);
      expect(found / asked).toBeGreaterThanOrEqual(0.99);
      expect(values.found / values.asked).toBeGreaterThanOrEqual(0.99);
    });
  }
});

describe("a network at rest", () => {
  it("loses no record as 30 % leave at once, and has the siblings back soon", { timeout: 600_000 }, () => {
    const network = new DhtNetwork({ seed: 21 });
    network.warm(FULL ? 1_000 : 100);
    network.run(FULL ? MINUTE / 2 : 10_000);
    const library = new Library(network);
    library.fill(60);
    for (const { id } of network.hosts) if (network.random.unit() < 0.3) network.world.remove(id, "closed");
    const left = network.world.now;
    const atOnce = library.read(READS, 3_000);
    let right = network.siblingsRight();
    while (right < 0.95 && network.world.now - left < 5 * MINUTE) {
      network.run(1_000);
      right = network.siblingsRight();
    }
    const repaired = (network.world.now - left) / 1_000;
    network.run(Math.max(0, left + AFTER_LEAVE - network.world.now));
    const later = library.read(READS, 3_000);
    print("look-ups right after 30 % left", `${atOnce.found} of ${atOnce.asked}`, ">= 95 %");
    print("siblings right again (95 % of nodes), s", repaired.toFixed(0), "");
    print(`look-ups ${AFTER_LEAVE / 1_000} s later`, `${later.found} of ${later.asked}`, ">= 99 %");
    expect(atOnce.found / atOnce.asked).toBeGreaterThanOrEqual(0.95);
    expect(later.found / later.asked).toBeGreaterThanOrEqual(0.99);
    expect(repaired).toBeLessThanOrEqual(120);
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
    it(`at least 99 % of gets succeed: ${kind}`, { timeout: 600_000 }, () => {
      const network = new DhtNetwork({ seed: 7 });
      const ring = new Set<string>();
      const conductOf = conductsOf(network, ring);
      network.warm(FULL ? 1_000 : 80, (self) => {
        if (network.random.unit() >= 0.2) return null;
        ring.add(self);
        return conductOf(self);
      });
      network.run((FULL ? 3 : 0.25) * MINUTE);
      const library = new Library(network, (id) => !ring.has(id));
      library.fill(60);
      const { asked, found, wrong, took } = library.read(FULL ? 300 : 200, FULL ? MINUTE / 2 : MINUTE / 3);
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

  /** How many of these come to a link with somebody whose id they know. */
  function dialled(network: DhtNetwork, askers: readonly DhtHost[], id: NodeId): number {
    const unlinked = () => askers.filter((asker) => !network.world.node(asker.id)?.links.has(id));
    // One dial in 25 fails by chance, and those who want something dial again.
    for (let attempt = 0; attempt < 2; attempt++) {
      for (const asker of unlinked()) network.world.enter(asker.id, () => asker.dial(id));
      network.run(30_000);
    }
    return askers.length - unlinked().length;
  }

  it("may hide providers of that key, but not from those who have a hint", { timeout: 600_000 }, () => {
    const network = new DhtNetwork({ seed: 11 });
    network.warm(FULL ? 150 : 80);
    network.run(MINUTE / 2);
    const root = toHex(network.random.bytes(32)) as Root;
    const provider = network.any();
    const ring = new Set<string>();
    const before = network.ask(provider, { type: "provide", root });
    network.finish([before]);
    const key = before.result?.type === "stored" ? toHex(before.result.key) : "";
    const found = () => {
      const asked = Array.from({ length: 20 }, () =>
        network.ask(
          network.anyLinked((id) => id !== provider.id && !ring.has(id)),
          { type: "find-providers", root },
        ),
      );
      network.finish(asked, 2 * MINUTE);
      return asked.filter(({ providers }) => providers.includes(provider.id)).length;
    };
    const honest = found();
    for (const publicKey of ground(network, key, 9_000)) {
      ring.add(nodeIdOf(publicKey));
      network.add((self) => colluding(self, ring, (id) => network.shared.keys.get(id)), publicKey);
    }
    network.run(2 * MINUTE);
    const nearest = network.world.ids.nearest(key, 20).filter((id) => ring.has(id)).length;
    const attacked = found();
    if (FULL) network.run(14 * MINUTE);
    const renewed = FULL ? found() : null;
    const askers = network.hosts
      .filter(({ id }) => !ring.has(id) && id !== provider.id && network.world.connectable(id, provider.id))
      .slice(0, 20);
    const linked = dialled(network, askers, provider.id);
    print("bad ids among the 20 nearest the key", `${nearest}`, "");
    print("askers that find the provider before", `${honest} of 20`, "20");
    print("  with 20 bad ids come, without hints", `${attacked} of 20`, "");
    if (renewed !== null) print("  after the provider's next renewal", `${renewed} of 20`, "");
    print("  with a hint (dialled by id)", `${linked} of ${askers.length}`, "all");
    expect(honest).toBe(20);
    expect(nearest).toBeGreaterThanOrEqual(15);
    expect(linked / askers.length).toBeGreaterThanOrEqual(0.9);
  });
});

describe.runIf(FULL)("with the server gone", () => {
  it("nodes that were never linked connect, and records are stored and found", { timeout: 600_000 }, () => {
    const network = new DhtNetwork({ seed: 19, costs: { pairFailure: 0, attemptFailure: 0 } });
    network.warm(100);
    network.run(MINUTE / 2);
    network.world.setServer(false);
    network.run(10_000);
    const strangers = network.hosts.flatMap((host, index) => {
      const other = network.hosts[(index * 7 + 50) % 100];
      const isStranger = other !== undefined && other !== host && !network.world.node(host.id)?.links.has(other.id);
      return isStranger && index % 3 === 0 ? [[host, other] as const] : [];
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

describe.runIf(FULL)("a network that was split", () => {
  const splits = [
    ["nine to one", 0.1],
    ["half and half", 0.5],
  ] as const;
  for (const [name, minority] of FULL ? splits : splits.slice(0, 1)) {
    it(`is one again after it heals: ${name}`, { timeout: 600_000 }, () => {
      const network = new DhtNetwork({ seed: 13 });
      network.warm(FULL ? 60 : 32);
      network.run(MINUTE / 2);
      const library = new Library(network);
      library.fill(30);
      const apart = new Set(
        network.hosts.slice(0, Math.round(minority * network.hosts.length)).map(({ id }) => id as string),
      );
      network.world.partition((id) => (apart.has(id) ? 1 : 0));
      network.run((FULL ? 5 : 2) * MINUTE);
      const across = () =>
        network.hosts.filter(({ id }) =>
          [...(network.world.node(id)?.links.keys() ?? [])].some((peer) => apart.has(peer) !== apart.has(id)),
        ).length;
      expect(across()).toBe(0);
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

describe.runIf(FULL)("pages in the background", () => {
  it("serve while hidden, and are missed by nobody while frozen", { timeout: 600_000 }, () => {
    const network = new DhtNetwork({ seed: 17, tickMs: 250 });
    network.grow(40, 250);
    network.run(MINUTE);
    const library = new Library(network);
    library.fill(30);
    const hosts: readonly { readonly id: NodeId }[] = network.hosts;
    for (const { id } of hosts) network.world.setVisibility(id, "hidden");
    const hidden = library.read(100, MINUTE / 2);
    for (const { id } of hosts.slice(0, 10)) network.world.setVisibility(id, "frozen");
    network.run(MINUTE);
    const frozen = library.read(100, MINUTE / 2);
    for (const { id } of hosts.slice(0, 10)) network.world.setVisibility(id, "visible");
    network.run(MINUTE);
    const resumed = library.read(100, MINUTE / 2);
    print("gets: all hidden, ten frozen, resumed", `${hidden.found}, ${frozen.found}, ${resumed.found} of 100`, "");
    expect([hidden.found, frozen.found, resumed.found]).toEqual([hidden.asked, frozen.asked, resumed.asked]);
    expect(network.siblingsRight()).toBeGreaterThanOrEqual(0.95);
  });
});
