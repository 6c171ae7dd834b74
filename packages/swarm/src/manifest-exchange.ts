import { MANIFEST_CHUNK, MANIFEST_REQUESTS, MAX_MANIFEST_BYTES, rootOf, type SwarmMessage } from "@starling/protocol";
import { queueCatalog } from "./answering.ts";
import type { Context } from "./context.ts";
import type { PeerState } from "./peer-state.ts";
import type { ShareState } from "./share-state.ts";
import { pump } from "./uploader.ts";

type ManifestChunk = Extract<SwarmMessage, { type: "manifest" }>;
type ManifestRequest = Extract<SwarmMessage, { type: "manifest-request" }>;

/** A manifest on its way from one peer. */
export interface ManifestFetch {
  readonly from: PeerState;
  /** Allocated once the first chunk told a total within bounds. */
  bytes: Uint8Array | null;
  readonly asked: Set<number>;
  nextOffset: number;
  received: number;
  changedAt: number;
}

/** Asks a peer that was only just sent our join: one that has no manifest passes over the question. */
export function expectManifest(ctx: Context, peer: PeerState): void {
  if (peer.share.content === null && peer.share.manifestFetch === null) begin(ctx, peer);
}

/** Asks one peer that has the manifest for it; does nothing while it is known or under way. */
export function fetchManifest(ctx: Context, share: ShareState): void {
  if (share.content !== null || share.paused || share.manifestFetch?.from.toldHave || share.manifestFetch?.bytes)
    return;
  const sources = [...share.peers.values()].filter((peer) => peer.joined && peer.toldHave);
  sources.sort((a, b) => a.strikes - b.strikes);
  const from = sources[0];
  if (from !== undefined) begin(ctx, from);
}

function begin(ctx: Context, from: PeerState): void {
  const fetch = { from, bytes: null, asked: new Set<number>(), nextOffset: 0, received: 0, changedAt: ctx.now };
  from.share.manifestFetch = fetch;
  askNext(ctx, fetch);
}

/**
 * Takes a chunk; what was not asked for is ignored. Returns the manifest's bytes once they are whole and hash to the
 * root, `"wrong"` if they do not, a reason to end the link for a malformed chunk, else null.
 */
export function onManifestChunk(
  ctx: Context,
  peer: PeerState,
  chunk: ManifestChunk,
): Uint8Array | ManifestProblem | null {
  const fetch = peer.share.manifestFetch;
  peer.announcedCatalog ||= chunk.catalog === true;
  if (fetch?.from !== peer || !fetch.asked.delete(chunk.offset)) return null;
  if (chunk.total < 1 || chunk.total > MAX_MANIFEST_BYTES) return "manifest-size";
  fetch.bytes ??= new Uint8Array(chunk.total);
  if (fetch.bytes.length !== chunk.total) return "manifest-size";
  if (chunk.bytes.length !== Math.min(MANIFEST_CHUNK, chunk.total - chunk.offset)) return "manifest-chunk";
  fetch.bytes.set(chunk.bytes, chunk.offset);
  fetch.received += chunk.bytes.length;
  fetch.changedAt = ctx.now;
  if (fetch.received < chunk.total) {
    while (fetch.asked.size < MANIFEST_REQUESTS && fetch.nextOffset < chunk.total) askNext(ctx, fetch);
    return null;
  }
  peer.share.manifestFetch = null;
  return rootOf(fetch.bytes) === peer.share.root ? fetch.bytes : "wrong-manifest";
}

export type ManifestProblem = "manifest-size" | "manifest-chunk" | "wrong-manifest";

/**
 * Sends a chunk, or queues it behind the link's queue, and the catalog if that is welcome (`catalog`) and may follow.
 * Returns a reason to end the link if too many wait.
 */
export function onManifestRequest(
  ctx: Context,
  peer: PeerState,
  { offset, catalog = false }: ManifestRequest,
): string | null {
  const total = peer.share.content?.table.bytes.length;
  if (total === undefined) return null;
  if (offset % MANIFEST_CHUNK !== 0 || offset >= total) return "bad-manifest-offset";
  if (peer.manifestOffsets.length >= MANIFEST_REQUESTS) return "too-many-manifest-requests";
  peer.manifestOffsets.push(offset);
  if (catalog && offset === 0) queueCatalog(ctx, peer);
  pump(ctx);
  return null;
}

/** The peer is gone: another one is asked from the start. */
export function manifestSourceLost(ctx: Context, peer: PeerState): void {
  if (peer.share.manifestFetch?.from === peer) peer.share.manifestFetch = null;
  fetchManifest(ctx, peer.share);
}

/** The peer that does not answer, if any; it gets a strike and another one is asked. */
export function manifestStall(ctx: Context, share: ShareState): PeerState | null {
  const fetch = share.manifestFetch;
  if (fetch === null) return null;
  const waited = ctx.now - Math.max(fetch.changedAt, ctx.awakeSince);
  if (waited < ctx.limits.manifestTimeout * 2 ** fetch.from.strikes) return null;
  share.manifestFetch = null;
  if (!fetch.from.toldHave) return null;
  fetch.from.strikes++;
  return fetch.from;
}

function askNext(ctx: Context, fetch: ManifestFetch): void {
  const offset = fetch.nextOffset;
  fetch.nextOffset += MANIFEST_CHUNK;
  fetch.asked.add(offset);
  const request = { type: "manifest-request", share: fetch.from.localNumber, offset } as const;
  ctx.send(fetch.from, offset === 0 ? { ...request, catalog: true } : request);
}
