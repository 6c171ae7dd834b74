import { encodeIntentBody, type NodeId, SESSION_BYTES, toHex } from "@starling/protocol";
import { endSession } from "./lifecycle.ts";
import { ACCEPTED_PATIENCE_MS, DIALS_END, INTENT_TIMEOUT_MS, OPTIONAL_DIALS_END } from "./limits.ts";
import { post } from "./sending.ts";
import type { Session } from "./session.ts";
import { newKeys } from "./session-keys.ts";
import type { Peer, State } from "./state.ts";

/** Dials wanted peers whose time has come, the longest due first, within the budgets. */
export function dialDue(state: State): void {
  if (!state.carrierOpen) return;
  let room = state.limits.maxDials - dialsUnderWay(state);
  if (room <= 0) return;
  const due = [...state.peers.values()].filter((peer) => isDue(state, peer)).sort((a, b) => a.retryAt - b.retryAt);
  for (const peer of due) {
    if (room <= 0) return;
    if (!mayCreate(state, peer)) reportLimit(state, peer);
    else if (makePlace(state)) {
      dial(state, peer.id);
      room--;
    }
  }
}

/** Sends an intent. */
function dial(state: State, peer: NodeId): void {
  const session = state.begin(toHex(state.random(SESSION_BYTES)), peer, "intent", INTENT_TIMEOUT_MS);
  const keys = state.spareKeys ?? newKeys(state.random);
  state.spareKeys = null;
  session.keys = keys;
  const { boxKey, nonce } = keys;
  const publicKey = state.self.publicKey;
  post(state, session, "intent", encodeIntentBody({ purpose: "link", publicKey, boxKey, nonce }));
}

function dialsUnderWay(state: State): number {
  let count = 0;
  for (const session of state.sessions.values()) if (session.dialler && session.phase !== "linked") count++;
  return count;
}

function isDue(state: State, peer: Peer): boolean {
  if (peer.wanted === null || peer.retryAt > state.now) return false;
  for (const session of peer.sessions) if (mayBecomeLink(state, session)) return false;
  return state.bans.until(peer.id, state.now) === null;
}

/** Another session under way is not dialled beside, unless it waits for an offer that should have come by now. */
function mayBecomeLink(state: State, { phase, deadline }: Session): boolean {
  return phase !== "accepted" || state.now < deadline - INTENT_TIMEOUT_MS + ACCEPTED_PATIENCE_MS;
}

function mayCreate(state: State, peer: Peer): boolean {
  if (peer.wanted === "transfer") return true;
  return state.created < (peer.wanted === "needed" ? DIALS_END : OPTIONAL_DIALS_END);
}

function reportLimit(state: State, peer: Peer): void {
  if (peer.limitReported) return;
  peer.limitReported = true;
  const detail = "this page has used up its peer connections";
  state.emit({ type: "attempt-failed", peer: peer.id, reason: "limit", retryAt: null, detail, alternates: [] });
}

/**
 * Whether one more peer has a place. When all are taken, the youngest link that nobody here wants gives way: links that
 * stood for long will most likely go on standing (Maymounkov and Mazières, "Kademlia", 2002, section 4.1).
 */
function makePlace(state: State): boolean {
  if (state.occupied() < state.limits.maxLinks) return true;
  let youngest: Session | null = null;
  for (const { link, wanted } of state.peers.values()) {
    if (link !== null && wanted === null && link.linkedAt >= (youngest?.linkedAt ?? 0)) youngest = link;
  }
  if (youngest === null) return false;
  endSession(state, youngest, { reason: "limit", detail: "made room for another peer" });
  return true;
}
