import fc from "fast-check";
import { expect, test } from "vitest";
import type { HubEffect } from "../src/hub/effects.ts";
import { HubDriver, idOf, signal } from "./hub-driver.ts";

const NODES = 5;

/** A hub, and what a plain bookkeeper thinks of it. Sockets are numbered as they open. */
class World {
  readonly driver = new HubDriver({ socketsPerAddress: 6, burst: 10 });
  readonly open = new Set<number>();
  #opened = 0;

  newSocket(): number {
    this.#opened += 1;
    this.open.add(this.#opened);
    return this.#opened;
  }

  /** Any socket there was, open or not. */
  someSocket(pick: number): number {
    return (pick % (this.#opened + 1)) + 1;
  }

  settle(effects: readonly HubEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "send") expect(this.open.has(effect.socket), "sends to open sockets only").toBe(true);
      if (effect.type === "close") expect(this.open.delete(effect.socket), "closes a socket once").toBe(true);
    }
    const { nodes, sockets } = this.driver.hub.counts;
    expect(sockets).toBe(this.open.size);
    expect(nodes).toBeLessThanOrEqual(Math.min(NODES, sockets));
  }
}

type Step = (world: World) => void;

const pick = fc.nat(1_000);
const number = fc.integer({ min: 1, max: NODES });

const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>((world) => world.settle(world.driver.open(world.newSocket(), "192.0.2.9"))),
  number.map<Step>((key) => (world) => {
    const socket = world.newSocket();
    const refused = world.driver.hub.counts.sockets >= 6;
    const effects = world.driver.join(socket, key, "192.0.2.9");
    if (refused) world.open.delete(socket);
    world.settle(effects);
  }),
  pick.map<Step>((at) => (world) => {
    const socket = world.someSocket(at);
    world.open.delete(socket);
    world.settle(world.driver.closed(socket));
  }),
  fc.tuple(pick, fc.boolean()).map<Step>(([at, ok]) => (world) => {
    world.settle(world.driver.verified(world.someSocket(at), ok));
  }),
  fc.tuple(pick, fc.oneof(fc.string(), fc.json())).map<Step>(([at, text]) => (world) => {
    world.settle(world.driver.text(world.someSocket(at), text));
  }),
  fc.tuple(pick, number).map<Step>(([at, key]) => (world) => {
    world.settle(world.driver.say(world.someSocket(at), signal(idOf(key))));
  }),
  fc.nat(3_000).map<Step>((ms) => (world) => {
    world.driver.now += ms;
    world.settle(world.driver.tick());
  }),
);

test("whatever comes in, the hub keeps its counts, sends to open sockets only and closes each once", () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 150 }), (all) => {
      const world = new World();
      for (const step of all) step(world);
      for (const socket of [...world.open]) {
        world.open.delete(socket);
        world.settle(world.driver.closed(socket));
      }
      expect(world.driver.hub.counts).toEqual({ nodes: 0, sockets: 0 });
    }),
  );
});
