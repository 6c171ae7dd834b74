import type { NodeId, PieceSet, SwarmMessage } from "@starling/protocol";
import type { FluidSwarm } from "../../../packages/swarm/test/fluid-swarm.ts";

/** Pieces shown to each peer at a time. */
const SHOWN = 2;

/**
 * Makes a swarm's seed hide its pieces as BEP 16 has it: each peer is shown a few, and another when one of them was seen at
 * somebody else; all of them once each was seen at somebody. Works on the wire, so that the machines need not know of it.
 */
export function superSeeding(swarm: FluidSwarm, seed: NodeId): void {
  const { world, share } = swarm;
  const send = world.send.bind(world);
  const copies = new Array<number>(share.count).fill(0);
  const shownTo = new Map<number, string>();
  const shows = new Map<string, number>();
  const show = (to: string) => {
    const piece = next(copies, shownTo);
    if (piece < 0) return;
    shownTo.set(piece, to);
    send(seed, to, { type: "have", share: shows.get(to) ?? 1, pieces: { ranges: [[piece, 1]] } });
  };
  const passedOn = new Set<number>();
  let hiding = true;
  const seen = (from: string, piece: number) => {
    copies[piece] = (copies[piece] ?? 0) + 1;
    if (hiding && copies.every((count) => count > 0)) {
      hiding = false;
      const all = { ranges: [[0, share.count]] } as const;
      for (const [to, number] of shows) send(seed, to, { type: "have", share: number, pieces: all });
    }
    const first = shownTo.get(piece);
    if (first === undefined || first === from || passedOn.has(piece)) return;
    passedOn.add(piece);
    show(first);
  };
  const hide = (to: string, message: Extract<SwarmMessage, { type: "have" }>) => {
    shows.set(to, message.share);
    send(seed, to, { ...message, pieces: { ranges: [[0, 1]] } });
    // A bystander would keep what it is shown.
    if (swarm.peers.some((host) => host.id === to)) for (let i = 0; i < SHOWN; i++) show(to);
  };
  world.send = (from: string, to: string, message: SwarmMessage) => {
    if (from === seed && message.type === "have") return hide(to, message);
    if (to === seed && message.type === "have") for (const piece of piecesOf(message.pieces)) seen(from, piece);
    send(from, to, message);
  };
}

/** Adds somebody who says that it has everything, gives nothing and wants nothing: no seed thinks itself the sole one. */
export function seenAsComplete(swarm: FluidSwarm): void {
  const { world, share } = swarm;
  const { id } = swarm.addBystander();
  const send = world.send.bind(world);
  world.send = (from: string, to: string, message: SwarmMessage) => {
    if (from !== id) send(from, to, message);
    else if (message.type === "join") send(from, to, message);
    else if (message.type === "have") send(from, to, { ...message, pieces: { ranges: [[0, share.count]] } });
  };
}

/** A piece that nobody has and nobody was shown; else the one with the fewest copies that was shown to nobody. */
function next(copies: readonly number[], shownTo: ReadonlyMap<number, string>): number {
  let best = -1;
  for (let piece = 1; piece < copies.length; piece++) {
    if (shownTo.has(piece)) continue;
    if (best < 0 || (copies[piece] ?? 0) < (copies[best] ?? 0)) best = piece;
  }
  return best;
}

function piecesOf(set: PieceSet): number[] {
  if (!("ranges" in set)) return [];
  return set.ranges.flatMap(([first, count]) => Array.from({ length: count }, (_, i) => first + i));
}
