import { utf8 } from "@starling/protocol";
import { describe, expect, it } from "vitest";
import type { SignedNumber } from "../src/effects.ts";
import { MAX_SIGNED_NUMBERS, SignedNumbers } from "../src/records/signed-numbers.ts";
import { Puppet } from "./puppet.ts";
import { Ring, RingNode, type Wish } from "./records-ring.ts";

function lastSaved(node: RingNode): readonly SignedNumber[] {
  return node.effects.findLast((effect) => effect.type === "save-numbers")?.numbers ?? [];
}

/** A put reaches nobody but the writer, whose page is then loaded anew; the number that its next put gets. */
function seqAfterReload(wish: Wish, remembers: boolean): number {
  const ring = new Ring(12);
  const writer = ring.node(0);
  for (const node of ring.live) node.silent = node !== writer;
  ring.do(writer, wish);
  expect(lastSaved(writer)).toMatchObject([{ seq: 1 }]);
  ring.kill(writer);
  for (const node of ring.live) node.silent = false;
  const reloaded = new RingNode(ring, writer.publicKey);
  ring.nodes.push(reloaded);
  if (remembers) reloaded.records.restoreNumbers(lastSaved(writer));
  const outcome = ring.do(reloaded, wish);
  return outcome.ok && outcome.result.type === "stored" ? outcome.result.seq : 0;
}

describe("sequence numbers", () => {
  const wishes: readonly Wish[] = [
    { type: "put", name: "n", value: utf8("v") },
    { type: "put-mutable", salt: utf8("salt"), value: utf8("v"), expected: null },
  ];

  for (const wish of wishes) {
    it(`are not signed again after a reload, though nobody holds the record: ${wish.type}`, () => {
      expect(seqAfterReload(wish, true)).toBe(2);
      expect(seqAfterReload(wish, false)).toBe(1);
    });
  }

  it("are to be kept before the record is signed", () => {
    const puppet = new Puppet();
    puppet.input({ type: "put", op: 1, name: "n", value: utf8("v") });
    puppet.pass(3_000);
    const order = puppet.effects.map(({ type }) => type).filter((type) => type === "save-numbers" || type === "sign");
    expect(order).toEqual(["save-numbers", "sign"]);
  });

  it("grow beyond those of earlier visits, whichever is higher", () => {
    const numbers = new SignedNumbers(() => {});
    expect(numbers.next("aa", 0)).toBe(1);
    numbers.restore([
      { key: "aa", seq: 7 },
      { key: "bb", seq: 2 },
    ]);
    expect([numbers.next("aa", 3), numbers.next("bb", 9), numbers.next("cc", 0)]).toEqual([8, 10, 1]);
  });

  it("are remembered for a bounded number of keys, those used last", () => {
    let saved: readonly SignedNumber[] = [];
    const numbers = new SignedNumbers((all) => {
      saved = all;
    });
    for (let i = 0; i < MAX_SIGNED_NUMBERS; i++) numbers.next(`${i}`, 0);
    numbers.next("0", 0);
    numbers.next("new", 0);
    expect(saved).toHaveLength(MAX_SIGNED_NUMBERS);
    expect(saved.map(({ key }) => key)).not.toContain("1");
    expect(saved.at(-2)).toEqual({ key: "0", seq: 2 });
  });
});
