import * as v from "valibot";
import { fromBase64Url, toBase64Url } from "./bytes.ts";
import { DecodeError } from "./errors.ts";
import type { NodeId } from "./ids.ts";
import {
  ID_BYTES,
  MAX_CONNECT_MESSAGE,
  MAX_ICE_SERVERS,
  MAX_ICE_TEXT,
  MAX_ICE_URLS,
  SIGNALING_MAX_MESSAGE,
  SIGNALING_MAX_PEERS,
  SIGNATURE_BYTES,
} from "./limits.ts";
import { signedPayload } from "./signed.ts";

/**
 * JSON texts on the WebSocket between a node and the signaling server. Byte strings travel as base64url without padding,
 * ids as hex.
 */
export type ClientMessage =
  /** Opens. `publicKey`: Ed25519, 32 bytes; the server derives the node id from it. */
  | { readonly type: "hello"; readonly v: number; readonly publicKey: Uint8Array }
  /** Answers `challenge`. `signature`: 64 bytes over {@link provePayload}. */
  | { readonly type: "prove"; readonly signature: Uint8Array }
  /** To be delivered to a node that is connected now. `body`: a connection message in base64url, never decoded by the server. */
  | { readonly type: "signal"; readonly to: NodeId; readonly body: string }
  /** Asks for peers: those nearest to `near`, else random ones. */
  | { readonly type: "peers"; readonly near?: NodeId };

export type ServerMessage =
  /** `nonce`: 32 bytes. */
  | { readonly type: "challenge"; readonly nonce: Uint8Array }
  /** `time`: the server's clock, ms since 1970. */
  | {
      readonly type: "welcome";
      readonly peers: readonly NodeId[];
      readonly ice: readonly IceServer[];
      readonly time: number;
    }
  | { readonly type: "signal"; readonly from: NodeId; readonly body: string }
  /** The addressee of a `signal` is not connected. */
  | { readonly type: "gone"; readonly to: NodeId }
  | { readonly type: "peers"; readonly peers: readonly NodeId[] }
  /** `code` for programs, `message` a sentence for people. The server closes after most of them. */
  | { readonly type: "error"; readonly code: string; readonly message: string };

/** The parts of an RTCIceServer that travel. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

const MAX_BODY_TEXT = Math.ceil((MAX_CONNECT_MESSAGE * 4) / 3);

const text = v.pipe(v.string(), v.maxLength(MAX_ICE_TEXT));
const uint = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const nodeId = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{64}$/),
  v.transform((id) => id as NodeId),
);
const nodeIds = v.pipe(v.array(nodeId), v.maxLength(SIGNALING_MAX_PEERS));
const body = v.pipe(v.string(), v.maxLength(MAX_BODY_TEXT), v.regex(/^[A-Za-z0-9_-]+$/));

const clientMessage = v.variant("type", [
  v.object({ type: v.literal("hello"), v: uint, publicKey: byteString(ID_BYTES) }),
  v.object({ type: v.literal("prove"), signature: byteString(SIGNATURE_BYTES) }),
  v.object({ type: v.literal("signal"), to: nodeId, body }),
  v.object({ type: v.literal("peers"), near: v.exactOptional(nodeId) }),
]);

const iceServer = v.object({
  urls: v.pipe(v.array(text), v.minLength(1), v.maxLength(MAX_ICE_URLS)),
  username: v.exactOptional(text),
  credential: v.exactOptional(text),
});

const serverMessage = v.variant("type", [
  v.object({ type: v.literal("challenge"), nonce: byteString(ID_BYTES) }),
  v.object({
    type: v.literal("welcome"),
    peers: nodeIds,
    ice: v.pipe(v.array(iceServer), v.maxLength(MAX_ICE_SERVERS)),
    time: uint,
  }),
  v.object({ type: v.literal("signal"), from: nodeId, body }),
  v.object({ type: v.literal("gone"), to: nodeId }),
  v.object({ type: v.literal("peers"), peers: nodeIds }),
  v.object({ type: v.literal("error"), code: text, message: text }),
]);

const CLIENT_TYPES: ReadonlySet<unknown> = new Set<ClientMessage["type"]>(["hello", "prove", "signal", "peers"]);
const SERVER_TYPES: ReadonlySet<unknown> = new Set<ServerMessage["type"]>([
  "challenge",
  "welcome",
  "signal",
  "gone",
  "peers",
  "error",
]);

/** The bytes to sign for `prove`. */
export function provePayload(nonce: Uint8Array): Uint8Array<ArrayBuffer> {
  return signedPayload("starling:signaling:prove", nonce);
}

export function encodeClientMessage(message: ClientMessage): string {
  return JSON.stringify(message, bytesAsText);
}

/** Null: a type that this program does not know; ignore it. @throws DecodeError */
export function decodeClientMessage(json: string): ClientMessage | null {
  const value = parseKnown(json, CLIENT_TYPES);
  return value === null ? null : check(clientMessage, value);
}

export function encodeServerMessage(message: ServerMessage): string {
  return JSON.stringify(message, bytesAsText);
}

/** Null: a type that this program does not know; ignore it. @throws DecodeError */
export function decodeServerMessage(json: string): ServerMessage | null {
  const value = parseKnown(json, SERVER_TYPES);
  return value === null ? null : check(serverMessage, value);
}

function bytesAsText(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? toBase64Url(value) : value;
}

/** Exactly `length` bytes in base64url; `fromBase64Url` refuses what the length lets through. */
function byteString(length: number) {
  return v.pipe(v.string(), v.length(Math.ceil((length * 4) / 3)), v.transform(fromBase64Url));
}

function parseKnown(json: string, types: ReadonlySet<unknown>): object | null {
  if (json.length > SIGNALING_MAX_MESSAGE) throw new DecodeError("too-large");
  const value = parseJson(json);
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "type")) throw new DecodeError("no-type");
  const { type } = value as { readonly type: unknown };
  if (typeof type !== "string") throw new DecodeError("no-type");
  return types.has(type) ? value : null;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new DecodeError("bad-json");
  }
}

function check<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true });
  if (!result.success) throw new DecodeError("bad-field", result.issues[0].message);
  return result.output;
}
