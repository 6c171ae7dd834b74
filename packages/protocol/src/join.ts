import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, utf8 } from "./bytes.ts";
import { idBytes, type NodeId, type Root } from "./ids.ts";

/** What a swarm `join` proves: that its sender knows the root, on this link and in this direction. */
export interface JoinClaim {
  readonly root: Root;
  readonly sender: NodeId;
  readonly receiver: NodeId;
  /** The nonces of intent and accept, 32 bytes each, as their side of the link sent them. */
  readonly senderNonce: Uint8Array;
  readonly receiverNonce: Uint8Array;
}

const PREFIX = utf8("starling:join");

/**
 * HMAC-SHA-256(root, "starling:join" || sender || receiver || sender's nonce || receiver's nonce), 32 bytes. The two ids
 * in order keep it from being reflected, the nonces from being replayed. Compare with `equalBytes`.
 */
export function joinProof(claim: JoinClaim): Uint8Array {
  const { root, sender, receiver, senderNonce, receiverNonce } = claim;
  const message = concat(PREFIX, idBytes(sender), idBytes(receiver), senderNonce, receiverNonce);
  return hmac(sha256, idBytes(root), message);
}
