import type { NodeId } from "@starling/protocol";
import type { BegunPiece } from "./begun-piece.ts";
import type { ShareState } from "./share-state.ts";

/** Failed copies kept for comparison, per share; beyond, only the suspicion is kept. */
const MAX_DISPUTES = 4;

/** Bytes of a piece that failed its hash, and who sent its blocks; compared with the right bytes once they are known. */
export interface Dispute {
  readonly bytes: Uint8Array;
  readonly senders: readonly (NodeId | null)[];
  readonly blockBytes: number;
}

/** Several peers sent the blocks of a piece that failed: its bytes are kept until the right ones are known. */
export function openDispute(share: ShareState, begun: BegunPiece): void {
  share.suspect.add(begun.index);
  if (share.disputes.size < MAX_DISPUTES) share.disputes.set(begun.index, begun);
}

/** The right bytes are known: whoever sent other ones before lied. */
export function settleDispute(share: ShareState, begun: BegunPiece): NodeId[] {
  const dispute = share.disputes.get(begun.index);
  share.disputes.delete(begun.index);
  share.suspect.delete(begun.index);
  if (dispute === undefined) return [];
  const liars = new Set<NodeId>();
  dispute.senders.forEach((sender, block) => {
    if (sender !== null && !sameBlock(dispute, begun.bytes, block)) liars.add(sender);
  });
  return [...liars];
}

function sameBlock(dispute: Dispute, bytes: Uint8Array, block: number): boolean {
  const start = block * dispute.blockBytes;
  const end = Math.min(bytes.length, start + dispute.blockBytes);
  for (let i = start; i < end; i++) if (dispute.bytes[i] !== bytes[i]) return false;
  return true;
}
