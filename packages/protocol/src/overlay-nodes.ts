import { fromHex, toHex } from "./bytes.ts";
import { asBytes, type CborValue } from "./cbor.ts";
import { DecodeError } from "./errors.ts";
import type { NodeId } from "./ids.ts";
import { ID_BYTES } from "./limits.ts";
import type { KnownNode, LinkedNode } from "./overlay-messages.ts";

/** Lists of nodes travel as one byte string of fixed entries: a tenth of the work of as many CBOR maps. */

const NODE_BYTES = 2 * ID_BYTES;
const LINKED_BYTES = NODE_BYTES + 2;

/** Entries of id 32 and public key 32. */
export function packNodes(nodes: readonly KnownNode[]): Uint8Array {
  const bytes = new Uint8Array(nodes.length * NODE_BYTES);
  for (const [i, node] of nodes.entries()) writeNode(bytes, i * NODE_BYTES, node);
  return bytes;
}

/** @throws DecodeError on more than `max` entries or a part of one. */
export function unpackNodes(value: CborValue | undefined, what: string, max: number): KnownNode[] {
  const bytes = entries(value, what, NODE_BYTES, max);
  return Array.from({ length: bytes.length / NODE_BYTES }, (_, i) => readNode(bytes, i * NODE_BYTES));
}

/** As {@link packNodes}, and the handle u16. */
export function packLinkedNodes(nodes: readonly LinkedNode[]): Uint8Array {
  const bytes = new Uint8Array(nodes.length * LINKED_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [i, node] of nodes.entries()) {
    writeNode(bytes, i * LINKED_BYTES, node);
    view.setUint16(i * LINKED_BYTES + NODE_BYTES, node.handle);
  }
  return bytes;
}

/** @throws DecodeError on more than `max` entries or a part of one. */
export function unpackLinkedNodes(value: CborValue | undefined, what: string, max: number): LinkedNode[] {
  const bytes = entries(value, what, LINKED_BYTES, max);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / LINKED_BYTES }, (_, i) => ({
    ...readNode(bytes, i * LINKED_BYTES),
    handle: view.getUint16(i * LINKED_BYTES + NODE_BYTES),
  }));
}

/** A byte string that is a list of at most `max` entries of `size` bytes. @throws DecodeError */
export function entries(value: CborValue | undefined, what: string, size: number, max: number): Uint8Array {
  const bytes = asBytes(value, what, 0, size * max);
  if (bytes.length % size !== 0) throw new DecodeError("bad-field", `${what} ends within an entry`);
  return bytes;
}

function writeNode(bytes: Uint8Array, at: number, { id, publicKey }: KnownNode): void {
  if (publicKey.length !== ID_BYTES) throw new RangeError("bad public key");
  bytes.set(fromHex(id), at);
  bytes.set(publicKey, at + ID_BYTES);
}

function readNode(bytes: Uint8Array, at: number): KnownNode {
  const keyAt = at + ID_BYTES;
  return { id: toHex(bytes.subarray(at, keyAt)) as NodeId, publicKey: bytes.slice(keyAt, keyAt + ID_BYTES) };
}
