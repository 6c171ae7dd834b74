import { sha256 } from "@noble/hashes/sha2.js";
import { concat, equalBytes, type KnownNode, type NodeId, nodeIdOf } from "@starling/protocol";
import type { Random } from "@starling/sim";

/** A node with a drawn key. */
export function drawNode(random: Random): KnownNode {
  const publicKey = random.bytes(32);
  return { id: nodeIdOf(publicKey), publicKey };
}

/** Stands for Ed25519: as long, and only good for its key and payload. */
export function drawnSignature(publicKey: Uint8Array, payload: Uint8Array): Uint8Array {
  const hash = sha256(concat(publicKey, payload));
  return concat(hash, hash);
}

export function isDrawnSignature(publicKey: Uint8Array, payload: Uint8Array, signature: Uint8Array): boolean {
  return equalBytes(signature, drawnSignature(publicKey, payload));
}

/** The ids sorted by distance to a key, by plain arithmetic. */
export function sortedByDistance(key: string, ids: Iterable<NodeId>): NodeId[] {
  const target = BigInt(`0x${key}`);
  const distances = new Map([...ids].map((id) => [id, BigInt(`0x${id}`) ^ target]));
  return [...distances].sort(([, a], [, b]) => (a < b ? -1 : 1)).map(([id]) => id);
}
