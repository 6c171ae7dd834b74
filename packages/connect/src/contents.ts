import {
  type AcceptBody,
  type CandidatesBody,
  type ConnectType,
  type DescriptionBody,
  decodeAcceptBody,
  decodeCandidatesBody,
  decodeDescriptionBody,
  decoded,
  decodeIntentBody,
  decodeRefuseBody,
  type IntentBody,
  nodeIdOf,
  type RefuseBody,
} from "@starling/protocol";
import type { Session } from "./session.ts";

/** A message's decoded body, not verified yet. */
export type Content =
  | { readonly type: "intent"; readonly body: IntentBody }
  | { readonly type: "accept"; readonly body: AcceptBody }
  | { readonly type: "refuse"; readonly body: RefuseBody }
  | { readonly type: "offer" | "answer"; readonly body: DescriptionBody }
  | { readonly type: "candidates"; readonly body: CandidatesBody };

/** Null when the body is malformed, or of a purpose that we do not know. */
export function readContent(type: ConnectType, bytes: Uint8Array): Content | null {
  return decoded(() => decodeContent(type, bytes));
}

/** The key that must have signed the message; null when the message brings a key that is not the peer's. */
export function signerOf(session: Session, content: Content): Uint8Array | null {
  switch (content.type) {
    case "intent":
    case "accept":
    case "refuse":
      return nodeIdOf(content.body.publicKey) === session.peer ? content.body.publicKey : null;
    default:
      return session.remote?.publicKey ?? null;
  }
}

function decodeContent(type: ConnectType, bytes: Uint8Array): Content | null {
  switch (type) {
    case "intent": {
      const body = decodeIntentBody(bytes);
      return body && { type, body };
    }
    case "accept":
      return { type, body: decodeAcceptBody(bytes) };
    case "refuse":
      return { type, body: decodeRefuseBody(bytes) };
    case "offer":
    case "answer":
      return { type, body: decodeDescriptionBody(bytes) };
    case "candidates":
      return { type, body: decodeCandidatesBody(bytes) };
  }
}
