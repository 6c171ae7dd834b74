import { expect, test } from "vitest";
import type { ConnectEffect } from "../src/index.ts";
import { drawing } from "./drawing.ts";
import { World } from "./world.ts";

/** Node a has the lower id throughout. */

test("a dials b: associations are made only after accept and offer, the link is up after both hellos", () => {
  const world = new World();
  world.want("a", "b");
  world.run(2_000);
  expect(drawing(world)).toMatchInlineSnapshot(`
    "
    intent ->
                             <- accept
    create
    offer ->
    candidates ->
                                create
                             <- answer
    candidates ->
                             <- candidates
                                hello
    hello
    LINK-UP b
                                LINK-UP a
    "
  `);
  expect(world.node("a").machine.links()).toHaveLength(1);
  expect(world.node("a").machine.sessionOf(world.node("b").id)).toBe(
    world.node("b").machine.sessionOf(world.node("a").id),
  );
  expect(world.status("b", "a")).toBe("linked");
});

test("a link is opening from our hello to the peer's, with the nonces that it will have", () => {
  const world = new World();
  const seen: Extract<ConnectEffect, { type: "link-opening" | "link-up" }>[] = [];
  world.onEffect = (node, effect) => {
    const isLink = effect.type === "link-opening" || effect.type === "link-up";
    if (node.name === "a" && isLink) seen.push(effect);
  };
  world.want("a", "b");
  world.run(1_000);
  expect(seen.map(({ type }) => type)).toEqual(["link-opening", "link-up"]);
  expect(seen[1]).toMatchObject({ ...seen[0], type: "link-up" });
});

test("crossing intents: the lower id's stands, and one association is made on each side", () => {
  const world = new World();
  world.want("a", "b");
  world.want("b", "a");
  world.run(3_000);
  expect(drawing(world)).toMatchInlineSnapshot(`
    "
    intent ->
                             <- intent
    intent ->
                             <- accept
    create
    offer ->
    candidates ->
                                create
    candidates ->
                             <- answer
                             <- candidates
                                hello
    hello
    LINK-UP b
                                LINK-UP a
    "
  `);
  expect(world.node("a").machine.counts().created).toBe(1);
  expect(world.node("b").machine.counts().created).toBe(1);
});

test("a refusal names why and whom to try instead, and puts off the next dial", () => {
  const world = new World({ nodes: 4, options: { limits: { maxLinks: 1 } } });
  world.want("b", "a");
  world.run(1_000);
  const failed: unknown[] = [];
  world.onEffect = (node, effect) => {
    if (node.name === "c" && effect.type === "attempt-failed") failed.push(effect);
  };
  world.want("c", "a");
  world.run(1_000);
  expect(failed).toEqual([
    {
      type: "attempt-failed",
      peer: world.node("a").id,
      reason: "refused",
      detail: "full",
      alternates: [world.node("b").id],
      retryAt: expect.any(Number),
    },
  ]);
  expect((failed[0] as { retryAt: number }).retryAt - world.schedule.now).toBeGreaterThan(1_000);
  expect(world.node("c").machine.counts().created).toBe(0);
  expect(world.status("c", "a")).toBe("waiting");
});

test("accept() decides who may link", () => {
  const world = new World({ options: { accept: () => false } });
  world.want("a", "b");
  world.run(1_000);
  expect(world.trace).toEqual(["a -> b intent", "b -> a refuse", "a attempt-failed b (refused)"]);
});

test("a link that the dialler no longer wants is closed after 20 s; one wanted again is kept", () => {
  const world = new World();
  world.want("a", "b");
  world.run(1_000);
  world.unwant("a", "b");
  world.run(15_000);
  world.want("a", "b");
  world.run(60_000);
  expect(world.status("a", "b")).toBe("linked");
  world.unwant("a", "b");
  world.run(19_000);
  expect(world.status("a", "b")).toBe("linked");
  world.run(2_000);
  expect(world.status("a", "b")).toBe("none");
  expect(world.status("b", "a")).toBe("none");
  expect(world.node("b").machine.counts().sessions).toBe(0);
  expect(world.node("b").machine.counts().peers).toBe(0);
});

test("a side that accepted keeps the link, although it does not want it", () => {
  const world = new World();
  world.want("a", "b");
  world.want("b", "a");
  world.run(1_000);
  world.unwant("b", "a");
  world.run(600_000);
  expect(world.status("b", "a")).toBe("linked");
  expect(world.node("b").machine.counts().created).toBe(1);
});

test("an accepter that wants the link which the dialler closes takes it over, once", () => {
  const world = new World();
  world.want("a", "b");
  world.run(1_000);
  world.want("b", "a");
  world.unwant("a", "b");
  world.run(600_000);
  expect(world.status("a", "b")).toBe("linked");
  expect(world.node("b").machine.counts().created).toBe(2);
});

test("a wanted link that breaks is dialled again", () => {
  const world = new World();
  world.want("a", "b");
  world.run(60_000);
  world.breakLink("a", "b");
  expect(world.status("b", "a")).toBe("none");
  world.run(3_000);
  expect(world.status("a", "b")).toBe("linked");
});

test("without a way between them ICE times out, and dials grow rare: a peer connection is dear", () => {
  const world = new World();
  world.associations.network.reachable = false;
  world.want("a", "b");
  world.run(30 * 60_000);
  expect(world.trace).toContain("a attempt-failed b (timeout)");
  expect(world.node("a").machine.counts().created).toBeLessThan(15);
  expect(world.node("a").machine.counts().created).toBeGreaterThan(5);
});

test("a dial that nothing answers times out after 10 s, resent twice", () => {
  const world = new World({ loss: 1 });
  world.want("a", "b");
  world.run(10_500);
  expect(world.trace).toEqual(["a -> b intent", "a -> b intent", "a -> b intent", "a attempt-failed b (timeout)"]);
});

test("a lost accept costs 3 s and no peer connection", () => {
  const world = new World();
  let lost = 0;
  world.carry = (letter) => (world.typeOf(letter) === "accept" && lost++ === 0 ? [] : [letter]);
  world.want("a", "b");
  world.run(4_000);
  expect(world.status("a", "b")).toBe("linked");
  expect(world.node("a").machine.counts().created).toBe(1);
  expect(world.node("b").machine.counts().created).toBe(1);
});

test("want, unwant, ban and disconnect", () => {
  const world = new World();
  const b = world.node("b").id;
  world.want("a", "b");
  world.run(1_000);
  world.input("a", { type: "disconnect", peer: b, reason: "stalled" });
  expect(world.status("a", "b")).toBe("waiting");
  world.run(7_000);
  expect(world.status("a", "b")).toBe("linked");
  world.input("a", { type: "ban", peer: b, reason: "wrong bytes", untilMs: world.schedule.now + 60_000 });
  world.want("b", "a");
  world.run(59_000);
  expect(world.status("a", "b")).toBe("waiting");
  expect(world.trace).toContain("b attempt-failed a (refused)");
  world.run(3_000);
  expect(world.status("a", "b")).toBe("linked");
});

test("an unwanted dial that has no association yet ends at once, and the other side forgets it", () => {
  const world = new World();
  world.want("a", "b");
  world.run(15);
  world.unwant("a", "b");
  expect(world.node("a").machine.counts()).toMatchObject({ sessions: 0, peers: 0 });
  world.run(11_000);
  expect(world.node("b").machine.counts()).toMatchObject({ sessions: 0, peers: 0, created: 0, pending: 0 });
});

test("six dials at once, and the others after them", () => {
  const world = new World({ nodes: 10 });
  for (const name of "bcdefghij") world.want("a", name);
  expect(world.node("a").machine.counts().sessions).toBe(6);
  world.run(3_000);
  expect(world.node("a").machine.links()).toHaveLength(9);
});

test("wants wait without a carrier and are dialled at once when it opens", () => {
  const world = new World();
  world.input("a", { type: "carrier", open: false });
  world.want("a", "b");
  world.run(10_000);
  expect(world.trace).toEqual([]);
  expect(world.status("a", "b")).toBe("waiting");
  world.input("a", { type: "carrier", open: true });
  world.run(1_000);
  expect(world.status("a", "b")).toBe("linked");
});

test("at the limit of links a wanted peer takes the place of the youngest link that nobody here wants", () => {
  const world = new World({ nodes: 4, options: { limits: { maxLinks: 2 } } });
  world.want("b", "a");
  world.run(1_000);
  world.want("c", "a");
  world.run(1_000);
  world.want("a", "d");
  world.run(1_000);
  expect(world.status("a", "b")).toBe("linked");
  expect(world.status("a", "d")).toBe("linked");
  expect(world.trace).toContain("a link-down c (limit)");
});
