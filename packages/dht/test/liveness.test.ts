import { describe, expect, it } from "vitest";
import { Puppet } from "./puppet.ts";

describe("liveness", () => {
  it("pings after 15 s of silence, and takes two missed answers of 5 s for death", () => {
    const puppet = new Puppet();
    const [alive, dead] = [puppet.link(), puppet.link()];
    puppet.answerPings(new Set());
    const count = () => puppet.sent("ping", dead.id).length;
    const begun = count();
    const from = puppet.now;
    while (count() === begun) puppet.pass(250);
    expect(puppet.now - from).toBeGreaterThanOrEqual(15_000);
    expect(puppet.now - from).toBeLessThanOrEqual(18_000);
    const asked = puppet.now;
    while (puppet.of("drop").length === 0) {
      puppet.answerPings(new Set([dead.id]));
      puppet.pass(250);
    }
    expect(puppet.now - asked).toBeGreaterThanOrEqual(10_000);
    expect(puppet.now - asked).toBeLessThanOrEqual(16_000);
    expect(puppet.of("drop")).toMatchObject([{ peer: dead.id, ban: false }]);
    expect(puppet.machine.view().links.map(({ id }) => id)).toEqual([alive.id]);
  });

  it("does not blame neighbours for the time that the page slept, but asks them all", () => {
    const puppet = new Puppet();
    const nodes = [puppet.link(), puppet.link(), puppet.link()];
    puppet.answerPings();
    puppet.pass(1_000);
    const before = puppet.sent("ping").length;
    puppet.now += 600_000;
    puppet.input({ type: "tick" });
    expect(puppet.sent("ping").length - before).toBeGreaterThanOrEqual(nodes.length);
    puppet.answerPings();
    puppet.pass(12_000);
    expect(puppet.of("drop")).toEqual([]);
  });

  it("leaves frozen neighbours in peace, and does not count on them", () => {
    const puppet = new Puppet();
    const [node] = [puppet.link(), puppet.link()];
    puppet.tell(node.id, { type: "state", mode: "leaf", visibility: "frozen", links: 1, time: 1 });
    puppet.live(300_000, new Set([node.id]));
    expect(puppet.of("drop")).toEqual([]);
    expect(puppet.machine.siblings).not.toContain(node.id);
    puppet.live(400_000, new Set([node.id]));
    expect(puppet.of("drop").map(({ peer }) => peer)).toContain(node.id);
  });

  it("a neighbour that leaves is gone at once", () => {
    const puppet = new Puppet();
    const node = puppet.link();
    puppet.tell(node.id, { type: "leave" });
    expect(puppet.machine.view().links).toEqual([]);
  });

  it("a neighbour that is lost is dialled again only if it is named after the others must have noticed", () => {
    const puppet = new Puppet();
    const lost = puppet.link();
    const others = Array.from({ length: 4 }, () => puppet.link());
    puppet.live(1_000);
    const dials = () => puppet.of("want-link").filter(({ peer }) => peer === lost.id).length;
    const name = () => {
      for (const { id } of others) puppet.tell(id, { type: "siblings-answer", nodes: [lost] });
    };
    const before = dials();
    puppet.input({ type: "link-down", peer: lost.id });
    puppet.live(1_000);
    name();
    puppet.live(20_000);
    expect(dials()).toBe(before);
    name();
    puppet.live(1_000);
    expect(dials()).toBe(before + 1);
  });

  it("leaving says goodbye to all, and the machine is silent from then on", () => {
    const puppet = new Puppet();
    const nodes = [puppet.link(), puppet.link()];
    puppet.input({ type: "leave" });
    expect(
      puppet
        .sent("leave")
        .map(({ peer }) => peer)
        .sort(),
    ).toEqual(nodes.map(({ id }) => id).sort());
    expect(puppet.link() && puppet.input({ type: "tick" })).toEqual([]);
  });
});
