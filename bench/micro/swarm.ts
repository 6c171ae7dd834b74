/**
 * What the swarm machine costs per event in processor time, without network, hash or store.
 * Run: `npx tsx bench/micro/swarm.ts`
 */
import {
  encodeManifest,
  joinProof,
  type NodeId,
  nodeIdFromBytes,
  providerTag,
  type Root,
  rootOf,
} from "@starling/protocol";
import { Random } from "@starling/sim";
import { Swarm, type SwarmEffect } from "@starling/swarm";
import { Picker } from "../../packages/swarm/src/picker.ts";

const PIECES = 65_536;
const PEERS = 50;
const KIB = 1024;
const random = new Random(1);
const node = (): NodeId => nodeIdFromBytes(random.bytes(32));
const SELF = node();

function report(what: string, count: number, run: () => void): void {
  const start = process.cpuUsage();
  run();
  const ns = process.cpuUsage(start).user * 1000;
  console.log(
    `${what.padEnd(52)} ${(ns / count / 1000).toFixed(3).padStart(9)} us each ${((count / ns) * 1e9).toFixed(0).padStart(10)} /s`,
  );
}

function manifestOf(pieces: number, length: number): Uint8Array {
  return encodeManifest({
    hasPassword: false,
    salt: random.bytes(16),
    commitment: random.bytes(32),
    catalogPieces: 1,
    pieceCount: pieces,
    hashes: random.bytes(pieces * 32),
    lengths: new Uint32Array(pieces).fill(length),
  });
}

/** A machine that fetches a share from peers that have all of it. */
class Rig {
  readonly swarm = new Swarm({ self: SELF, random: random.unit });
  readonly manifest: Uint8Array;
  readonly root: Root;
  readonly peers = Array.from({ length: PEERS }, node);
  now = 0;

  constructor(pieces: number, length: number) {
    this.manifest = manifestOf(pieces, length);
    this.root = rootOf(this.manifest);
    const { root } = this;
    const add = { type: "add", root, manifest: this.manifest, have: null, paused: false } as const;
    report(`add, manifest of ${pieces} pieces`, 1, () =>
      this.swarm.handle({ ...add, wanted: [[0, pieces]] }, this.now),
    );
    report(`link, join and whole have-set of a peer`, PEERS, () => {
      for (const peer of this.peers) this.#join(peer, pieces);
    });
  }

  #join(peer: NodeId, pieces: number): void {
    const { swarm, now, root } = this;
    const [ours, theirs] = [random.bytes(32), random.bytes(32)];
    swarm.handle({ type: "link-up", peer, localNonce: ours, remoteNonce: theirs }, now);
    const proof = joinProof({ root, sender: peer, receiver: SELF, senderNonce: theirs, receiverNonce: ours });
    swarm.handle({ type: "message", peer, message: { type: "join", share: 1, tag: providerTag(root), proof } }, now);
    const all = { ranges: [[0, pieces]] } as const;
    swarm.handle({ type: "message", peer, message: { type: "have", share: 1, pieces: all } }, now);
  }

  /** Fetches everything; returns the blocks taken. */
  fetch(): number {
    const { root } = this;
    const payload = new Uint8Array(128 * KIB);
    let queue: SwarmEffect[] = [];
    for (const peer of this.peers) {
      queue.push(...this.swarm.handle({ type: "message", peer, message: { type: "unchoke", share: 1 } }, this.now));
    }
    let blocks = 0;
    for (let at = 0; at < queue.length; at++) {
      const effect = queue[at]!;
      if (effect.type === "verify") this.#push(queue, { type: "verified", root, piece: effect.piece, ok: true });
      if (effect.type === "store") this.#push(queue, { type: "stored", root, pieces: [effect.piece] });
      if (effect.type === "send" && effect.message.type === "request") {
        for (const [piece, offset, length] of effect.message.blocks) {
          blocks++;
          this.now += 0.05;
          const block = { share: 1, piece, offset, sentAt: 0, payload: payload.subarray(0, length) };
          this.#push(queue, { type: "block", peer: effect.peer, block });
        }
      }
      if (at > 100_000) {
        queue = queue.slice(at + 1);
        at = -1;
      }
    }
    return blocks;
  }

  #push(queue: SwarmEffect[], input: Parameters<Swarm["handle"]>[0]): void {
    for (const effect of this.swarm.handle(input, this.now)) {
      if (effect.type !== "send" || effect.message.type !== "have") queue.push(effect);
    }
  }
}

function picker(): void {
  const picker = new Picker(PIECES, 0, random.unit);
  report("picker: insert", PIECES, () => {
    for (let piece = 0; piece < PIECES; piece++) picker.insert(piece);
  });
  report("picker: raise (a have)", PIECES * PEERS, () => {
    for (let i = 0; i < PIECES * PEERS; i++) picker.raise(random.below(PIECES));
  });
  const all = new Uint8Array(PIECES / 8).fill(255);
  const few = new Uint8Array(PIECES / 8);
  for (let i = 0; i < 50; i++) few[random.below(few.length)]! |= 1;
  report("picker: pick from a seed", 100_000, () => {
    for (let i = 0; i < 100_000; i++) picker.pick(all, false);
  });
  report("picker: pick from a peer with 50 pieces", 5000, () => {
    for (let i = 0; i < 5000; i++) picker.pick(few, false);
  });
  report("picker: remove and insert", 20_000, () => {
    for (let i = 0; i < 20_000; i++) {
      const piece = random.below(PIECES);
      picker.remove(piece);
      picker.insert(piece);
    }
  });
}

function whole(pieces: number, length: number): void {
  const rig = new Rig(pieces, length);
  const start = process.cpuUsage();
  const blocks = rig.fetch();
  const seconds = process.cpuUsage(start).user / 1e6;
  const done = rig.swarm.view(rig.root)?.have?.every((byte) => byte === 255);
  console.log(
    `fetch ${pieces} x ${length / KIB} KiB from ${PEERS} peers: ${blocks} blocks, ${(blocks / seconds).toFixed(0)} blocks/s, ` +
      `${((seconds / blocks) * 1e6).toFixed(1)} us a block, complete: ${done}`,
  );
}

/** Bytes per second at which the share of one core is told. */
const RATE = 20e6;
const ROUNDS = 100;
const HAVES_PER_ROUND = 50;
const TICK_MS = 250;

/**
 * The whole path at the largest number of pieces: peers that each have a random half, tell of new pieces one by one and
 * send what we ask for. Everything goes through `Swarm.handle`. Pieces of 4 MiB are those of a share of so many; of 64 KiB,
 * the smallest, no share has more than a thousand.
 */
function steady(length: number, piecesPerRound: number): void {
  const manifest = manifestOf(PIECES, length);
  const root = rootOf(manifest);
  const swarm = new Swarm({ self: SELF, random: random.unit });
  swarm.handle({ type: "add", root, manifest, have: null, wanted: [[0, PIECES]], paused: false }, 0);
  const peers = Array.from({ length: PEERS }, node);
  const lacking = peers.map((peer) => joinHalf(swarm, root, peer));
  let now = 0;
  const queue: SwarmEffect[] = [];
  const give = (input: Parameters<Swarm["handle"]>[0]): void => {
    queue.push(...asking(swarm.handle(input, now)));
  };
  for (const peer of peers) give({ type: "message", peer, message: { type: "unchoke", share: 1 } });
  const payload = new Uint8Array(128 * KIB);
  let [haves, pieces, ticks] = [0, 0, 0];
  const roundMs = (1000 * length * piecesPerRound) / RATE;
  for (let round = 0; round < ROUNDS; round++) {
    pieces += cpuSeconds(() => {
      for (let i = 0; i < piecesPerRound; i++) onePiece(give, root, queue, payload);
    });
    haves += cpuSeconds(() => {
      for (const [i, peer] of peers.entries()) {
        for (let k = 0; k < HAVES_PER_ROUND; k++) {
          give({
            type: "message",
            peer,
            message: { type: "have", share: 1, pieces: { ranges: [[lacking[i]!.pop()!, 1]] } },
          });
        }
      }
    });
    now += roundMs;
    ticks += cpuSeconds(() => give({ type: "tick" }));
  }
  const perHave = haves / (ROUNDS * PEERS * HAVES_PER_ROUND);
  const perPiece = pieces / (ROUNDS * piecesPerRound);
  const perTick = ticks / ROUNDS;
  const copy = copySeconds(length);
  const perSecond = RATE / length;
  const core = (seconds: number) => `${(perSecond * seconds * 100).toFixed(2)} %`;
  const upkeep = PEERS * perHave + (1000 / TICK_MS / perSecond) * perTick;
  const us = (seconds: number) => `${(seconds * 1e6).toFixed(1)} us`;
  console.log(`${PIECES} pieces of ${length / KIB} KiB, ${PEERS} peers, through Swarm.handle:`);
  console.log(
    `  a have ${us(perHave)}, a tick ${us(perTick)}, a piece (pick, requests, blocks, verified, stored, told to all)`,
  );
  console.log(`  ${us(perPiece)}, of which ${us(copy)} are the memory for its bytes and their copy`);
  console.log(
    `  one core at 20 MB/s, every peer telling of as many pieces: ${core(perPiece - copy + upkeep)}, with the copy ${core(perPiece + upkeep)}`,
  );
}

/** What fresh memory for a piece's bytes and one copy of them cost. */
function copySeconds(length: number): number {
  const count = Math.ceil((256 * 1024 * KIB) / length);
  const block = new Uint8Array(Math.min(length, 128 * KIB));
  const kept: Uint8Array[] = [];
  const seconds = cpuSeconds(() => {
    for (let i = 0; i < count; i++) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += block.length) bytes.set(block, at);
      kept[i % Math.ceil((64 * 1024 * KIB) / length)] = bytes;
    }
  });
  return seconds / count;
}

/** Pieces in one have-set of a join. */
const SET_PIECES = 8192;

/** What somebody has to answer. */
function asking(effects: readonly SwarmEffect[]): SwarmEffect[] {
  return effects.filter((effect) => effect.type !== "send" || effect.message.type === "request");
}

/** Returns the pieces that it has not, in random order. */
function joinHalf(swarm: Swarm, root: Root, peer: NodeId): number[] {
  const [ours, theirs] = [random.bytes(32), random.bytes(32)];
  swarm.handle({ type: "link-up", peer, localNonce: ours, remoteNonce: theirs }, 0);
  const proof = joinProof({ root, sender: peer, receiver: SELF, senderNonce: theirs, receiverNonce: ours });
  swarm.handle({ type: "message", peer, message: { type: "join", share: 1, tag: providerTag(root), proof } }, 0);
  const bits = random.bytes(PIECES / 8);
  for (let from = 0; from < PIECES; from += SET_PIECES) {
    const pieces = { first: from, bits: bits.subarray(from / 8, (from + SET_PIECES) / 8) };
    swarm.handle({ type: "message", peer, message: { type: "have", share: 1, pieces } }, 0);
  }
  const lacking: number[] = [];
  for (let piece = 0; piece < PIECES; piece++)
    if (((bits[piece >> 3]! << (piece & 7)) & 0x80) === 0) lacking.push(piece);
  for (let i = lacking.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [lacking[i], lacking[j]] = [lacking[j]!, lacking[i]!];
  }
  return lacking;
}

/** Answers effects until a piece is stored. */
function onePiece(
  give: (input: Parameters<Swarm["handle"]>[0]) => void,
  root: Root,
  queue: SwarmEffect[],
  payload: Uint8Array,
): void {
  for (let effect = queue.shift(); effect !== undefined; effect = queue.shift()) {
    if (effect.type === "verify") give({ type: "verified", root, piece: effect.piece, ok: true });
    if (effect.type === "store") return give({ type: "stored", root, pieces: [effect.piece] });
    if (effect.type !== "send" || effect.message.type !== "request") continue;
    for (const [piece, offset, length] of effect.message.blocks) {
      const block = { share: 1, piece, offset, sentAt: 0, payload: payload.subarray(0, length) };
      give({ type: "block", peer: effect.peer, block });
    }
  }
  throw new Error("nothing left to fetch");
}

function cpuSeconds(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

picker();
steady(4096 * KIB, 5);
steady(64 * KIB, 100);
whole(PIECES, 1 * KIB);
whole(4096, 256 * KIB);
