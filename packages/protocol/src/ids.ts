import { sha256 } from "@noble/hashes/sha2.js";
import { concat, fromHex, toHex, utf8 } from "./bytes.ts";
import { DecodeError } from "./errors.ts";
import { ID_BYTES } from "./limits.ts";

/** Names a node: SHA-256("starling:node" || Ed25519 public key) as 64 lower-case hex digits. */
export type NodeId = string & { readonly kind: "node" };
/** Names a share: SHA-256 of its manifest's bytes as 64 lower-case hex digits. */
export type Root = string & { readonly kind: "root" };
/** Names a piece: SHA-256 of its ciphertext as 64 lower-case hex digits. */
export type PieceHash = string & { readonly kind: "piece" };

const ID_TEXT = /^[0-9a-f]{64}$/;
const NODE_PREFIX = utf8("starling:node");
const PROVIDER_PREFIX = utf8("starling:provider");

/** @param publicKey Ed25519, 32 bytes. */
export function nodeIdOf(publicKey: Uint8Array): NodeId {
  return toHex(sha256(concat(NODE_PREFIX, publicKey))) as NodeId;
}

export function rootOf(manifest: Uint8Array): Root {
  return toHex(sha256(manifest)) as Root;
}

/** Synchronous and slow (some 100 MB/s): for small input and tests. Bulk hashing is an effect. */
export function pieceHashOf(ciphertext: Uint8Array): PieceHash {
  return toHex(sha256(ciphertext)) as PieceHash;
}

/** Overlay key under which the providers of a share are found; it does not reveal the root. 32 bytes. */
export function providerTag(root: Root): Uint8Array {
  return sha256(concat(PROVIDER_PREFIX, fromHex(root)));
}

export function parseNodeId(text: string): NodeId | null {
  return ID_TEXT.test(text) ? (text as NodeId) : null;
}

export function parseRoot(text: string): Root | null {
  return ID_TEXT.test(text) ? (text as Root) : null;
}

/** The 32 bytes of an id. */
export function idBytes(id: NodeId | Root | PieceHash): Uint8Array<ArrayBuffer> {
  return fromHex(id);
}

/** @throws DecodeError unless it has 32 bytes. */
export function nodeIdFromBytes(bytes: Uint8Array): NodeId {
  return idText(bytes) as NodeId;
}

/** @throws DecodeError unless it has 32 bytes. */
export function rootFromBytes(bytes: Uint8Array): Root {
  return idText(bytes) as Root;
}

/** @throws DecodeError unless it has 32 bytes. */
export function pieceHashFromBytes(bytes: Uint8Array): PieceHash {
  return idText(bytes) as PieceHash;
}

function idText(bytes: Uint8Array): string {
  if (bytes.length !== ID_BYTES) throw new DecodeError("bad-id-length");
  return toHex(bytes);
}
