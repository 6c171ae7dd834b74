import type { AcceptBody, ConnectMessage, ConnectType, NodeId } from "@starling/protocol";
import type { Candidate, SessionId } from "./inputs.ts";

/**
 *     dialler   intent ----------------------> negotiating -> hello -> linked
 *     answerer  verifying -> accepted -------> negotiating -> hello -> linked
 *                        \-> refusing
 *
 * The association is made on entering `negotiating`: at the dialler when the accept, at the answerer when the offer is
 * verified. So an intent that comes to nothing never costs a peer connection on either side.
 */
export type Phase = "verifying" | "refusing" | "intent" | "accepted" | "negotiating" | "hello" | "linked";

/** Our keys for one session: the X25519 pair that bodies are sealed to, and the nonce that binds the hello. */
export interface SessionKeys {
  readonly secretKey: Uint8Array;
  readonly boxKey: Uint8Array;
  readonly nonce: Uint8Array;
}

/** What is to be signed and sent, in order. */
export type Outgoing =
  | { readonly type: ConnectType; readonly body: Uint8Array }
  | { readonly type: "hello"; readonly payload: Uint8Array };

/** What came in and is looked at in order. `bytes` is the message as it was received. */
export type Incoming =
  | { readonly kind: "message"; readonly message: ConnectMessage; readonly bytes: Uint8Array }
  | { readonly kind: "hello"; readonly body: Uint8Array };

/** A message of ours that the peer has not answered yet. */
interface Unanswered {
  readonly type: ConnectType;
  readonly bytes: Uint8Array;
}

/** One attempt to link, and the link it becomes. */
export interface Session {
  readonly id: SessionId;
  readonly peer: NodeId;
  /** Whether we sent the intent. */
  readonly dialler: boolean;
  /** Sessions begun later have a higher number. */
  readonly order: number;
  phase: Phase;
  /** When the phase has taken too long; infinite once linked. */
  deadline: number;
  linkedAt: number;
  keys: SessionKeys | null;
  /** The peer's keys from its verified intent or accept. */
  remote: AcceptBody | null;
  /** What bodies are sealed with, once one was. */
  secret: Uint8Array | null;
  /** SHA-256 of the intent, accept and offer as carried, once sent or verified: what later messages answer. */
  readonly hashes: Map<ConnectType, Uint8Array>;
  localFingerprint: string | null;
  remoteFingerprint: string | null;
  helloSent: boolean;
  remoteHello: "missing" | "received" | "verified";
  /** Both sides dialled at about the same time, so both wanted this link. */
  crossed: boolean;
  readonly outbox: Outgoing[];
  /** Token of the signature under way. */
  signing: number | null;
  /** Local candidates not sent yet, and how many were gathered in all. */
  readonly gathered: Candidate[];
  gatheredCount: number;
  readonly inbox: Incoming[];
  /** Token of the verification under way. */
  checking: number | null;
  /** Messages that may still be looked at. */
  budget: number;
  badSignatures: number;
  /** Signatures of candidate messages taken, as hex: carriers may deliver twice. */
  readonly taken: Set<string>;
  receivedCandidates: number;
  unanswered: Unanswered[];
  resendAt: number;
  resends: number;
}

/** The description of ours that the peer must have before our candidates mean anything. */
export function ownDescription(session: Session): "offer" | "answer" {
  return session.dialler ? "offer" : "answer";
}

/** Whether the session has an association (a peer connection). */
export function hasAssociation(session: Session): boolean {
  return session.phase === "negotiating" || session.phase === "hello" || session.phase === "linked";
}

/** An incoming session whose dialler has not proved yet that it is there now: its intent could be an old one. */
export function isHalfOpen(session: Session): boolean {
  return session.phase === "verifying" || session.phase === "accepted" || session.phase === "refusing";
}
