import type { NodeId } from "@starling/protocol";
import type { Importance } from "./inputs.ts";
import { dropSession, endSession } from "./lifecycle.ts";
import { newKeys } from "./session-keys.ts";
import type { State } from "./state.ts";

export function want(state: State, id: NodeId, importance: Importance): void {
  if (id === state.self.nodeId) return;
  const peer = state.peer(id);
  peer.wanted = importance;
  peer.limitReported = false;
  if (!state.carrierOpen) state.spareKeys ??= newKeys(state.random);
}

/** An attempt that has an association already goes on: the link then lingers, and may serve a want that returns. */
export function unwant(state: State, id: NodeId): void {
  const peer = state.peers.get(id);
  if (peer === undefined || peer.wanted === null) return;
  peer.wanted = null;
  peer.unwantedAt = state.now;
  for (const session of [...peer.sessions]) {
    if (session.phase === "intent") dropSession(state, session, "no longer wanted");
  }
  state.forgetIdlePeer(peer);
}

export function ban(state: State, id: NodeId, reason: string, untilMs: number): void {
  state.bans.add(id, untilMs);
  for (const session of [...(state.peers.get(id)?.sessions ?? [])]) {
    endSession(state, session, { reason: "banned", detail: reason });
  }
}

/** The caller had a reason to end the link, so the next dial is put off as after a failure. */
export function disconnect(state: State, id: NodeId, reason: string): void {
  const link = state.peers.get(id)?.link ?? null;
  if (link !== null) endSession(state, link, { reason: "unwanted", detail: reason, retry: "failure" });
}
