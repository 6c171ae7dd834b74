import { readFileSync } from "node:fs";
import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../src/bytes.ts";
import { type CborEncodable, decodeCbor, encodeCbor } from "../src/cbor.ts";
import {
  decodeAcceptBody,
  decodeCandidatesBody,
  decodeDescriptionBody,
  decodeIntentBody,
  decodeRefuseBody,
  encodeAcceptBody,
  encodeCandidatesBody,
  encodeDescriptionBody,
  encodeIntentBody,
  encodeRefuseBody,
} from "../src/connect-bodies.ts";
import {
  type ConnectType,
  connectPayload,
  decodeConnectMessage,
  encodeConnectMessage,
  messageHash,
  NO_MESSAGE_HASH,
} from "../src/connect-messages.ts";
import { DecodeError } from "../src/errors.ts";
import { decodeBlock, encodeBlock } from "../src/frames.ts";
import { decodeHello, encodeHello, fingerprintOf, helloPayload } from "../src/hello.ts";
import { nodeIdFromBytes, nodeIdOf, providerTag, rootFromBytes, rootOf } from "../src/ids.ts";
import { joinProof } from "../src/join.ts";
import { openBody, sealBody, sealInfo, sealKeyPair, sharedSecret } from "../src/seal.ts";
import {
  decodeClientMessage,
  decodeServerMessage,
  encodeClientMessage,
  encodeServerMessage,
  provePayload,
} from "../src/signaling.ts";
import { signedPayload } from "../src/signed.ts";
import { decodeSwarmFrame, encodeSwarmFrame } from "../src/swarm-codec.ts";
import type { BlockMessage, SwarmMessage } from "../src/swarm-messages.ts";

interface Side {
  seed: Uint8Array;
  publicKey: Uint8Array;
  id: Uint8Array;
  boxSecret: Uint8Array;
  boxKey: Uint8Array;
  nonce: Uint8Array;
}

type SideName = "initiator" | "responder";

interface MessageVector {
  name: string;
  type: ConnectType;
  sender: SideName;
  answers: string | null;
  body: Record<string, CborEncodable>;
  bodyBytes: Uint8Array;
  sealNonce?: Uint8Array;
  sealInfo?: Uint8Array;
  sealed?: Uint8Array;
  payload: Uint8Array;
  signature: Uint8Array;
  encoded: Uint8Array;
}

interface Vectors {
  ids: { publicKey: Uint8Array; nodeId: Uint8Array }[];
  shares: { manifest: Uint8Array; root: Uint8Array; providerTag: Uint8Array }[];
  signedPayloads: { domain: string; payload: Uint8Array; bytes: Uint8Array }[];
  cbor: { value: CborEncodable; bytes: Uint8Array }[];
  blocks: { message: BlockMessage; frame: Uint8Array }[];
  swarm: { message: SwarmMessage; frame: Uint8Array }[];
  join: Record<"root" | "sender" | "receiver" | "senderNonce" | "receiverNonce" | "proof", Uint8Array>;
  connection: {
    session: Uint8Array;
    initiator: Side;
    responder: Side;
    initiatorFingerprint: Uint8Array;
    responderFingerprint: Uint8Array;
    messages: MessageVector[];
    hellos: { sender: SideName; features: string[]; payload: Uint8Array; signature: Uint8Array; body: Uint8Array }[];
  };
  signaling: { nonce: Uint8Array; provePayload: Uint8Array; client: string[]; server: string[] };
  refused: Record<"cbor" | "block" | "swarm" | "connect", Uint8Array[]>;
}

const vectors = JSON.parse(
  readFileSync(new URL("../vectors/wire.json", import.meta.url), "utf8"),
  reviveBytes,
) as Vectors;
const { connection } = vectors;

/** `{"hex": …}` as bytes. */
function reviveBytes(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("hex" in value)) return value;
  return fromHex(String(value.hex));
}

function other(side: SideName): SideName {
  return side === "initiator" ? "responder" : "initiator";
}

/** Encoders take ids as text, the vectors have bytes. */
const BODIES: Record<
  ConnectType,
  readonly [encode: (body: never) => Uint8Array, decode: (bytes: Uint8Array) => unknown]
> = {
  intent: [encodeIntentBody, decodeIntentBody],
  accept: [encodeAcceptBody, decodeAcceptBody],
  refuse: [encodeRefuseBody, decodeRefuseBody],
  offer: [encodeDescriptionBody, decodeDescriptionBody],
  answer: [encodeDescriptionBody, decodeDescriptionBody],
  candidates: [encodeCandidatesBody, decodeCandidatesBody],
};

describe("the wire vectors", () => {
  it("give our identifiers", () => {
    for (const { publicKey, nodeId } of vectors.ids) expect(nodeIdOf(publicKey)).toBe(toHex(nodeId));
    for (const { manifest, root, providerTag: tag } of vectors.shares) {
      expect(rootOf(manifest)).toBe(toHex(root));
      expect(providerTag(rootFromBytes(root))).toEqual(tag);
    }
  });

  it("give our signed payloads and CBOR", () => {
    for (const { domain, payload, bytes } of vectors.signedPayloads)
      expect(signedPayload(domain, payload)).toEqual(bytes);
    for (const { value, bytes } of vectors.cbor) expect(encodeCbor(value)).toEqual(bytes);
  });

  it("give our block frames, both ways", () => {
    for (const { message, frame } of vectors.blocks) {
      expect(encodeBlock(message)).toEqual(frame);
      expect(decodeBlock(frame)).toEqual(message);
    }
  });

  it.each(vectors.swarm)("give our frame of $message.type, both ways", ({ message, frame }) => {
    expect(encodeSwarmFrame(message)).toEqual(frame);
    expect(decodeSwarmFrame(frame)).toEqual(message);
  });

  it("give our proof of a join", () => {
    const { root, sender, receiver, senderNonce, receiverNonce, proof } = vectors.join;
    const ends = { sender: nodeIdFromBytes(sender), receiver: nodeIdFromBytes(receiver) };
    expect(joinProof({ root: rootFromBytes(root), ...ends, senderNonce, receiverNonce })).toEqual(proof);
  });

  it("give the keys of both sides", () => {
    for (const side of [connection.initiator, connection.responder]) {
      expect(ed25519.getPublicKey(side.seed)).toEqual(side.publicKey);
      expect(nodeIdOf(side.publicKey)).toBe(toHex(side.id));
      expect(sealKeyPair(side.boxSecret).publicKey).toEqual(side.boxKey);
    }
  });

  it.each(connection.messages)("give our $name: body, seal, signature and envelope, both ways", (vector) => {
    const { type, sender, body, bodyBytes, payload, signature, encoded, sealNonce, sealed } = vector;
    const [from, to] = [connection[sender], connection[other(sender)]];
    const ends = {
      from: nodeIdFromBytes(from.id),
      to: nodeIdFromBytes(to.id),
      session: toHex(connection.session),
      type,
    };
    const alternates = Array.isArray(body.alternates) ? { alternates: body.alternates.map(toHex) } : {};
    const [encodeBody, decodeBody] = BODIES[type];
    expect(encodeBody({ ...body, ...alternates } as never)).toEqual(bodyBytes);
    expect(decodeBody(bodyBytes)).toEqual({ ...body, ...alternates });

    const answered = connection.messages.find(({ name }) => name === vector.answers);
    const answersHash = answered ? messageHash(answered.encoded) : NO_MESSAGE_HASH;
    expect(connectPayload({ ...ends, bodyHash: messageHash(bodyBytes), answersHash })).toEqual(payload);
    expect(ed25519.sign(payload, from.seed)).toEqual(signature);

    if (sealNonce && sealed) {
      const info = sealInfo(ends);
      expect(info).toEqual(vector.sealInfo);
      expect(sealBody(sharedSecret(from.boxSecret, to.boxKey)!, info, sealNonce, bodyBytes)).toEqual(sealed);
      expect(openBody(sharedSecret(to.boxSecret, from.boxKey)!, info, sealed)).toEqual(bodyBytes);
    }
    const message = { type, session: ends.session, body: sealed ?? bodyBytes, signature };
    expect(encodeConnectMessage(message)).toEqual(encoded);
    expect(decodeConnectMessage(encoded)).toEqual(message);
  });

  it.each(connection.hellos)(
    "give our hello of the $sender, tied to both descriptions",
    ({ sender, features, payload, signature, body }) => {
      const fingerprints = { initiator: fingerprintIn("offer"), responder: fingerprintIn("answer") };
      expect(fingerprints.initiator).toBe(toHex(connection.initiatorFingerprint));
      expect(fingerprints.responder).toBe(toHex(connection.responderFingerprint));
      const claim = {
        from: nodeIdFromBytes(connection[sender].id),
        to: nodeIdFromBytes(connection[other(sender)].id),
        fromFingerprint: fingerprints[sender],
        toFingerprint: fingerprints[other(sender)],
        intentNonce: connection.initiator.nonce,
        acceptNonce: connection.responder.nonce,
      };
      expect(helloPayload(claim)).toEqual(payload);
      expect(ed25519.sign(payload, connection[sender].seed)).toEqual(signature);
      expect(encodeHello({ v: 1, features, signature })).toEqual(body);
      expect(decodeHello(body)).toEqual({ v: 1, features, signature });
    },
  );

  it("give our signaling messages, both ways", () => {
    const { nonce, client, server } = vectors.signaling;
    expect(provePayload(nonce)).toEqual(vectors.signaling.provePayload);
    for (const json of client) {
      const message = decodeClientMessage(json);
      expect(message && JSON.parse(encodeClientMessage(message))).toEqual(JSON.parse(json));
    }
    for (const json of server) {
      const message = decodeServerMessage(json);
      expect(message && JSON.parse(encodeServerMessage(message))).toEqual(JSON.parse(json));
    }
  });

  it.each([
    ["CBOR", vectors.refused.cbor, decodeCbor],
    ["block frames", vectors.refused.block, decodeBlock],
    ["swarm frames", vectors.refused.swarm, decodeSwarmFrame],
    ["connection messages", vectors.refused.connect, decodeConnectMessage],
  ] as const)("list %s that we refuse", (_, inputs, decode) => {
    expect(inputs.length).toBeGreaterThan(0);
    for (const bytes of inputs) expect(() => decode(bytes), toHex(bytes)).toThrow(DecodeError);
  });
});

function fingerprintIn(name: string): string {
  const vector = connection.messages.find((message) => message.name === name);
  return fingerprintOf(String(vector?.body.sdp)) ?? "";
}
