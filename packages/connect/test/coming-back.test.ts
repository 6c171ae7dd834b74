import { expect, test } from "vitest";
import { drawing } from "./drawing.ts";
import { type Letter, World } from "./world.ts";

test("nobody at the id: gone, and dialled again soon and ever less often, up to every 15 s", () => {
  const world = new World();
  world.leave("b");
  world.want("a", "b");
  const times: number[] = [];
  world.carry = (letter) => {
    times.push(world.schedule.now);
    return [letter];
  };
  world.run(120_000);
  const gaps = times.slice(1).map((time, index) => time - times[index]!);
  expect(world.trace.slice(0, 3)).toEqual(["b leaves", "a -> b intent", "a attempt-failed b (unreachable)"]);
  expect(gaps[0]).toBeLessThan(1_300);
  expect(Math.max(...gaps)).toBeLessThan(15_300);
  expect(times.length).toBeGreaterThan(9);
  expect(world.node("a").machine.counts().created).toBe(0);
});

test("a peer that comes back links at once when it dials, whatever the back-off", () => {
  const world = new World();
  world.leave("b");
  world.want("a", "b");
  world.run(100_000);
  world.reload("b");
  world.want("b", "a");
  world.run(1_000);
  expect(world.status("a", "b")).toBe("linked");
});

test("a peer that comes back and does not dial is noticed within 15 s", () => {
  const world = new World();
  world.leave("b");
  world.want("a", "b");
  world.run(100_000);
  world.reload("b");
  world.run(16_000);
  expect(world.status("a", "b")).toBe("linked");
});

test("an intent of long ago, which nobody goes on with, keeps us from dialling for two seconds only", () => {
  const world = new World();
  const kept: Letter[] = [];
  world.carry = (letter) => {
    kept.push(letter);
    return [];
  };
  world.want("a", "b");
  world.run(500);
  world.reload("a");
  world.carry = (letter) => [letter];
  for (const { from, body } of kept) world.input("b", { type: "message", from, body });
  world.want("b", "a");
  world.run(1_900);
  expect(world.status("b", "a")).not.toBe("linked");
  world.run(600);
  expect(world.status("b", "a")).toBe("linked");
});

test("a peer that comes back is dialled at once when the carrier names it, unless it is there and fails", () => {
  const world = new World();
  world.leave("b");
  world.want("a", "b");
  world.run(100_000);
  world.reload("b");
  world.input("a", { type: "seen", peers: [world.node("b").id] });
  world.run(100);
  expect(world.status("a", "b")).not.toBe("waiting");
  world.run(1_000);
  expect(world.status("a", "b")).toBe("linked");
});

test("a reload that nobody noticed: the new link replaces the old one", () => {
  const world = new World();
  world.want("b", "a");
  world.run(1_000);
  const old = world.node("a").machine.sessionOf(world.node("b").id);
  world.reload("b", false);
  world.trace.length = 0;
  world.want("b", "a");
  world.run(2_000);
  expect(drawing(world)).toMatchInlineSnapshot(`
    "
                             <- intent
    accept ->
                                create
                             <- offer
                             <- candidates
    create
    answer ->
                             <- candidates
    candidates ->
    hello
                                hello
                                LINK-UP a
    link-down b (replaced)
    close (replaced by a newer link)
    LINK-UP b
    "
  `);
  expect(world.node("a").machine.sessionOf(world.node("b").id)).not.toBe(old);
});

test("a page that loads anew again and again is linked within a second each time", () => {
  const world = new World();
  world.want("b", "a");
  for (let i = 0; i < 5; i++) {
    world.run(20_000);
    world.reload("a", i % 2 === 0);
    world.want("a", "b");
    world.run(1_000);
    expect(world.status("b", "a")).toBe("linked");
    expect(world.status("a", "b")).toBe("linked");
  }
});
