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
    const payload = new Uint8Array(64 * KIB);
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

picker();
whole(PIECES, 1 * KIB);
whole(4096, 256 * KIB);
