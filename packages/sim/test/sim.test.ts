import { describe, expect, it } from "vitest";
import { EventQueue, type Host, Network, Random, Simulation, TraceHash } from "../src/index.ts";

describe("the event queue", () => {
  it("runs events in the order of time, and of making within one instant", () => {
    const events = new EventQueue();
    const random = new Random(1);
    const ran: number[] = [];
    const delays = Array.from({ length: 200 }, () => random.below(20));
    delays.forEach((delay, i) => {
      events.after(delay, () => ran.push(delay * 1000 + i));
    });
    while (events.step(100));
    expect(ran).toEqual([...ran].sort((a, b) => a - b));
    expect(ran).toHaveLength(200);
  });

  it("keeps that order when events make others, within their millisecond and beyond it", () => {
    const events = new EventQueue();
    const random = new Random(2);
    const ran: number[] = [];
    let made = 0;
    const make = (): void => {
      made++;
      events.after(random.unit() * 3, () => {
        ran.push(events.now);
        if (made < 500) for (let i = 0; i < 2; i++) make();
      });
    };
    make();
    for (let limit = 0; events.size > 0; limit += 0.7) {
      while (events.step(limit));
      events.advance(limit);
    }
    expect(ran).toEqual([...ran].sort((a, b) => a - b));
    expect(ran).toHaveLength(made);
  });

  it("leaves later events alone and moves the clock on", () => {
    const events = new EventQueue();
    events.after(50, () => {});
    expect(events.step(40)).toBe(false);
    events.advance(40);
    expect(events.now).toBe(40);
  });
});

describe("the random source", () => {
  it("repeats itself from one seed and differs between seeds", () => {
    expect(new Random(5).bytes(20)).toEqual(new Random(5).bytes(20));
    expect(new Random(5).bytes(20)).not.toEqual(new Random(6).bytes(20));
  });

  it("spreads evenly over its range", () => {
    const random = new Random(7);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) counts[random.below(4)]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

/** Two nodes of 1 MB/s up and 2 MB/s down, 10 ms apart. */
function pair() {
  const events = new EventQueue();
  const network = new Network(events, 10);
  for (const id of ["a", "b", "c"]) network.addNode(id, { up: 1e6, down: 2e6 });
  const arrived: string[] = [];
  const frame = (name: string, bytes: number, priority: "control" | "block" = "block") => ({
    bytes,
    priority,
    deliver: () => arrived.push(`${name}@${Math.round(events.now)}`),
  });
  return { events, network, arrived, frame };
}

function drain(events: EventQueue): void {
  while (events.step(10_000));
}

describe("the network", () => {
  it("takes uplink, latency and downlink for a frame", () => {
    const { events, network, arrived, frame } = pair();
    network.link("a", "b", () => {});
    network.send("a", "b", frame("x", 100_000));
    drain(events);
    expect(arrived).toEqual(["x@160"]);
  });

  it("lets control frames overtake queued blocks and serves links in turn", () => {
    const { events, network, arrived, frame } = pair();
    network.link("a", "b", () => {});
    network.link("a", "c", () => {});
    network.send("a", "b", frame("b1", 1000));
    network.send("a", "b", frame("b2", 1000));
    network.send("a", "c", frame("c1", 1000));
    network.send("a", "b", frame("control", 1000, "control"));
    drain(events);
    expect(arrived.map((entry) => entry.split("@")[0])).toEqual(["b1", "c1", "control", "b2"]);
  });

  it("loses what is under way on a link that ends", () => {
    const { events, network, arrived, frame } = pair();
    network.link("a", "b", () => {});
    network.send("a", "b", frame("x", 100_000));
    events.after(50, () => network.unlink("a", "b"));
    drain(events);
    expect(arrived).toEqual([]);
    expect(network.linked("a", "b")).toBe(false);
  });

  it("reports a queue that fell below the mark", () => {
    const { events, network, frame } = pair();
    const reports: number[] = [];
    network.link("a", "b", (from, _, queued) => {
      if (from === "a") reports.push(queued);
    });
    for (let i = 0; i < 4; i++) network.send("a", "b", frame(`x${i}`, 64 * 1024));
    drain(events);
    expect(reports).toEqual([64 * 1024, 0]);
  });
});

describe("a simulation", () => {
  it("never enters a machine twice, and gives ticks until it is stopped", () => {
    type Input = "tick" | "echo";
    const simulation = new Simulation<Input, Input>({ seed: 1, latency: 1, tick: "tick", tickEvery: 100 });
    let depth = 0;
    let ticks = 0;
    let echoes = 0;
    const host: Host<Input, Input> = {
      id: "a",
      rates: { up: 1, down: 1 },
      machine: {
        handle: (input) => {
          expect(depth++).toBe(0);
          if (input === "tick") ticks++;
          else echoes++;
          depth--;
          return input === "tick" ? ["echo"] : [];
        },
      },
      perform: (effect, world) => world.input("a", effect),
    };
    simulation.add(host);
    simulation.run(1000, () => false);
    expect([ticks, echoes]).toEqual([10, 10]);
    simulation.stop("a");
    simulation.run(2000, () => false);
    expect(ticks).toBe(10);
  });

  it("hashes what happened", () => {
    const [one, two] = [new TraceHash(), new TraceHash()];
    one.text("a");
    one.number(1.5);
    two.text("a");
    expect(one.digest()).not.toBe(two.digest());
    two.number(1.5);
    expect(one.digest()).toBe(two.digest());
  });
});
