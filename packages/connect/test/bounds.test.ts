import { decodeConnectMessage, encodeConnectMessage, type NodeId } from "@starling/protocol";
import { expect, test } from "vitest";
import { Connect, type Importance } from "../src/index.ts";
import { MAX_HALF_OPEN, MAX_SOURCES, SESSIONS_PER_MINUTE } from "../src/limits.ts";
import { sdpOf } from "./associations.ts";
import { Puppet } from "./puppet.ts";
import { Random } from "./schedule.ts";
import { World } from "./world.ts";

const FINGERPRINT = "ab".repeat(32);

test("a source may begin ten sessions a minute", () => {
  const world = new World();
  for (let i = 0; i < 40; i++) new Puppet(world, "b", "a").intent();
  const sessions = new Set(world.accepted("a"));
  expect(sessions.size).toBe(SESSIONS_PER_MINUTE);
  expect(world.node("a").machine.counts().sessions).toBeLessThanOrEqual(2);
});

test("a lane, and an offer out of place, make no association", () => {
  const world = new World();
  const lane = new Puppet(world, "b", "a");
  lane.intent("lane");
  lane.offer(sdpOf("cafe", FINGERPRINT));
  const unasked = new Puppet(world, "b", "a");
  unasked.offer(sdpOf("cafe", FINGERPRINT));
  expect(lane.received.map(({ type }) => type)).toEqual(["refuse"]);
  expect(world.node("a").machine.counts()).toMatchObject({ created: 0, sessions: 0 });
});

test("a peer that floods candidates adds at most 48, and every message twice counts once", () => {
  const world = new World();
  let added = 0;
  world.onEffect = (_, effect) => {
    if (effect.type === "add-candidate") added++;
  };
  const puppet = new Puppet(world, "b", "a");
  puppet.intent();
  puppet.offer(sdpOf("cafe", FINGERPRINT));
  const first = puppet.candidates(10);
  world.deliver({ from: puppet.node.id, to: world.node("a").id, body: first });
  world.run(100);
  expect(added).toBe(10);
  for (let i = 0; i < 20; i++) puppet.candidates(10);
  expect(added).toBe(48);
});

test("candidates that overtake their offer wait for it", () => {
  const world = new World();
  let candidates = 0;
  world.carry = (letter) => {
    if (world.typeOf(letter) === "offer") {
      world.deliver(letter, 800);
      return [];
    }
    if (world.typeOf(letter) === "candidates") candidates++;
    return [letter];
  };
  world.want("a", "b");
  world.run(700);
  expect(candidates).toBeGreaterThan(0);
  expect(world.node("b").machine.counts().created).toBe(0);
  world.run(800);
  expect(world.status("b", "a")).toBe("linked");
});

/** Mutations of real messages, and noise. */
function mutated(random: Random, bytes: Uint8Array): Uint8Array {
  const kind = random.next();
  if (kind < 0.1) return random.bytes(Math.floor(random.between(0, 400)));
  if (kind < 0.3) return bytes.slice(0, Math.floor(random.between(0, bytes.length)));
  const copy = bytes.slice();
  for (let i = 0; i < random.between(1, 4); i++) copy[Math.floor(random.between(0, copy.length))] = random.next() * 256;
  return copy;
}

test("10,000 random or mutated messages: nothing throws and what is remembered stays bounded", {
  timeout: 60_000,
}, () => {
  const world = new World({ nodes: 3 });
  world.want("a", "b");
  world.want("c", "a");
  world.run(1_000);
  const random = new Random(7);
  const { publicKey } = world.node("a").identity;
  const self = { nodeId: world.node("a").id, publicKey };
  const machine = new Connect({ self, random: (length) => random.bytes(length) });
  const senders = [world.node("b").id, world.node("c").id];
  machine.handle({ type: "carrier", open: true }, 0);
  machine.handle({ type: "want", peer: senders[0]! }, 0);
  for (let i = 0; i < 10_000; i++) {
    const letter = world.letters[Math.floor(random.between(0, world.letters.length))]!;
    const from =
      random.next() < 0.8 ? senders[i % 2]! : (("0".repeat(56) + (i + 1e7).toString(16).padStart(8, "0")) as NodeId);
    for (const effect of machine.handle({ type: "message", from, body: mutated(random, letter.body) }, i * 20)) {
      if (effect.type === "sign")
        machine.handle({ type: "signed", token: effect.token, signature: random.bytes(64) }, i * 20);
      // Now and then a mutated message is genuine: its sender is the one that misbehaves.
      if (effect.type === "verify") {
        machine.handle({ type: "verified", token: effect.token, ok: random.next() < 0.3 }, i * 20);
      }
    }
    if (i % 50 === 0) machine.handle({ type: "tick" }, i * 20);
    const counts = machine.counts();
    expect(counts.sessions).toBeLessThanOrEqual(MAX_HALF_OPEN + 10);
    expect(counts.pending).toBeLessThanOrEqual(2 * counts.sessions);
    expect(counts.sources).toBeLessThanOrEqual(MAX_SOURCES);
  }
  machine.handle({ type: "unwant", peer: senders[0]! }, 300_000);
  machine.handle({ type: "tick" }, 1_000_000);
  expect(machine.counts()).toMatchObject({ sessions: 0, peers: 0, pending: 0 });
});

test("hellos, descriptions and results that belong to nothing are ignored; a repeated hello ends the link", () => {
  const world = new World();
  const a = world.node("a").machine;
  expect(a.handle({ type: "signed", token: 99, signature: new Uint8Array(64) }, 0)).toEqual([]);
  expect(a.handle({ type: "verified", token: 99, ok: true }, 0)).toEqual([]);
  expect(a.handle({ type: "hello", session: "00", body: new Uint8Array(3) }, 0)).toEqual([]);
  expect(a.handle({ type: "closed", session: "00", reason: "remote" }, 0)).toEqual([]);
  world.want("a", "b");
  world.run(1_000);
  const session = a.sessionOf(world.node("b").id)!;
  world.input("a", { type: "hello", session, body: new Uint8Array(3) });
  expect(world.trace.at(-2)).toBe("a link-down b (bad-hello)");
  expect(a.counts().sessions).toBe(0);
});

test("from 350 associations on no optional dials, from 450 on only transfers", () => {
  const world = new World();
  world.want("a", "b");
  world.run(1_000);
  const accept = world.letters.find((letter) => world.typeOf(letter) === "accept")!;
  const self = { nodeId: world.node("a").id, publicKey: world.node("a").identity.publicKey };
  const machine = new Connect({ self, random: (length) => world.random.bytes(length) });
  machine.handle({ type: "carrier", open: true }, 0);

  /** Dials b as far as an association, which then fails. */
  function burn(importance: Importance, now: number): string[] {
    const [sign] = machine.handle({ type: "want", peer: accept.from, importance }, now);
    if (sign?.type !== "sign") return sign?.type === "attempt-failed" ? [sign.reason] : [];
    const [send] = machine.handle({ type: "signed", token: sign.token, signature: new Uint8Array(64) }, now);
    if (send?.type !== "send") return [];
    const { session } = decodeConnectMessage(send.body)!;
    const body = encodeConnectMessage({ ...decodeConnectMessage(accept.body)!, session });
    const [verify] = machine.handle({ type: "message", from: accept.from, body }, now);
    if (verify?.type !== "verify") return [];
    const effects = machine.handle({ type: "verified", token: verify.token, ok: true }, now);
    machine.handle({ type: "unwant", peer: accept.from }, now);
    machine.handle({ type: "closed", session, reason: "ice-failed" }, now);
    return effects.map(({ type }) => type);
  }

  const importances: readonly Importance[] = ["optional", "needed", "transfer"];
  const made = importances.map((importance, index) => {
    let count = 0;
    while (count < 500 && burn(importance, (index * 500 + count) * 1_000_000).includes("create")) count++;
    return count;
  });
  expect(made).toEqual([350, 100, 500]);
});
