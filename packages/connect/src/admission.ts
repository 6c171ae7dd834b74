import { encodeAcceptBody, encodeRefuseBody, type IntentBody, MAX_ALTERNATES, messageHash } from "@starling/protocol";
import { clearBackOff, dropSession } from "./lifecycle.ts";
import { DIALS_END, INTENT_TIMEOUT_MS } from "./limits.ts";
import { post, resend } from "./sending.ts";
import type { Session } from "./session.ts";
import { newKeys } from "./session-keys.ts";
import { holdsPlace, type Peer, type State } from "./state.ts";

/** The word in a `refuse`. */
type Refusal = "full" | "banned" | "unwilling" | "unknown-purpose";

/** Answers a verified intent. */
export function answerIntent(state: State, session: Session, intent: IntentBody, bytes: Uint8Array): void {
  const peer = state.peer(session.peer);
  clearBackOff(state, peer);
  const crossing = [...peer.sessions].find((other) => other.dialler && other.phase === "intent");
  if (crossing !== undefined) crossing.crossed = true;
  if (crossing !== undefined && state.self.nodeId < peer.id) {
    // Glare: the lower id's intent stands. The peer may have loaded its page anew and never seen it, so send it again.
    dropSession(state, session, "crossed");
    resend(state, crossing);
    return;
  }
  const refusal = refusalOf(state, peer, intent);
  if (refusal !== null) {
    refuse(state, session, bytes, refusal);
    return;
  }
  state.remember(session.id);
  session.crossed = crossing !== undefined;
  session.phase = "accepted";
  session.deadline = state.now + INTENT_TIMEOUT_MS;
  session.remote = intent;
  session.hashes.set("intent", messageHash(bytes));
  // Our own crossing intent stays until the peer's offer proves that its intent was no replay.
  const keys = newKeys(state.random);
  session.keys = keys;
  const { boxKey, nonce } = keys;
  post(state, session, "accept", encodeAcceptBody({ publicKey: state.self.publicKey, boxKey, nonce }));
}

/** Refuses an intent, naming other peers that may have room. The session ends with the message. */
function refuse(state: State, session: Session, intent: Uint8Array, reason: Refusal): void {
  session.phase = "refusing";
  session.hashes.set("intent", messageHash(intent));
  const alternates = reason === "full" ? alternatesFor(state, session) : [];
  post(state, session, "refuse", encodeRefuseBody({ publicKey: state.self.publicKey, reason, alternates }));
}

function refusalOf(state: State, peer: Peer, intent: IntentBody): Refusal | null {
  if (intent.purpose !== "link") return "unknown-purpose";
  if (state.bans.until(peer.id, state.now) !== null) return "banned";
  if (!state.accept(peer.id)) return "unwilling";
  if (state.created >= DIALS_END && peer.wanted === null) return "full";
  return holdsPlace(peer) || state.occupied() < state.limits.maxLinks ? null : "full";
}

/** Linked peers, picked at random. */
function alternatesFor(state: State, session: Session) {
  const linked = [...state.peers.values()].filter((peer) => peer.link !== null && peer.id !== session.peer);
  const [start = 0] = linked.length === 0 ? [] : state.random(1);
  const turned = linked.map((_, index) => linked[(start + index) % linked.length]?.id);
  return turned.filter((id) => id !== undefined).slice(0, MAX_ALTERNATES);
}
