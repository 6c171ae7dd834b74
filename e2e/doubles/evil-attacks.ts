import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import {
  type ConnectMessage,
  concat,
  connectPayload,
  decodeAcceptBody,
  decodeConnectMessage,
  decodeDescriptionBody,
  decodeIntentBody,
  encodeAcceptBody,
  encodeConnectMessage,
  encodeDescriptionBody,
  encodeIntentBody,
  fromBase64Url,
  messageHash,
  NO_MESSAGE_HASH,
  type NodeId,
  openBody,
  SEAL_NONCE_BYTES,
  sealBody,
  sealInfo,
  sealKeyPair,
  sharedSecret,
} from "@starling/protocol";
import type { Attack, Letter } from "./evil-server.ts";

const NO_SIGNATURE = new Uint8Array(64);
const FINGERPRINT_LINE = /^a=fingerprint:.*$/m;

/** A fingerprint of no certificate that anybody has. */
function evilFingerprint(): string {
  const pairs = Array.from(randomBytes(32), (byte) => byte.toString(16).padStart(2, "0").toUpperCase());
  return `a=fingerprint:sha-256 ${pairs.join(":")}`;
}

/** The same description for another DTLS end. */
export function swapFingerprint(sdp: string): string {
  return sdp.replace(FINGERPRINT_LINE, evilFingerprint());
}

/** Another description altogether: of ICE and DTLS ends that are the server's own. */
export function swapDescription(sdp: string): string {
  return swapFingerprint(sdp)
    .replace(/^a=ice-ufrag:.*$/m, "a=ice-ufrag:evil")
    .replace(/^a=ice-pwd:.*$/m, `a=ice-pwd:${randomBytes(16).toString("hex")}`)
    .replace(/^o=.*$/m, "o=- 666 2 IN IP4 127.0.0.1")
    .replaceAll(/^a=candidate:.*\r\n/gm, "");
}

/** The same description that names a second DTLS end. */
export function addFingerprint(sdp: string): string {
  return sdp.replace(FINGERPRINT_LINE, (line) => `${line}\r\n${evilFingerprint()}`);
}

/**
 * An active man in the middle who speaks the protocol: puts session keys of its own into both ends' intent and accept,
 * opens what they seal, rewrites the descriptions and seals them again. What it cannot do is sign for them: it keeps
 * their signature, and tries its own beside it.
 */
export class ManInTheMiddle {
  /** Descriptions that it could read. */
  readonly read: string[] = [];
  readonly #rewrite: (sdp: string) => string;
  readonly #box = sealKeyPair(randomBytes(32));
  readonly #identity = generateKeyPairSync("ed25519");
  /** Session keys of the ends, by session and end; and hashes of the intents. */
  readonly #boxes = new Map<string, Uint8Array>();
  readonly #intents = new Map<string, Uint8Array>();

  constructor(rewrite: (sdp: string) => string) {
    this.#rewrite = rewrite;
  }

  readonly attack: Attack = (letter) => {
    const message = decodeConnectMessage(letter.body);
    if (message === null || message.type === "refuse") return [letter];
    if (message.type === "intent" || message.type === "accept") return this.#takeKeys(letter, message);
    return this.#rewriteSealed(letter, message);
  };

  #takeKeys(letter: Letter, message: ConnectMessage): Letter[] {
    const keys = message.type === "intent" ? decodeIntentBody(message.body) : decodeAcceptBody(message.body);
    if (keys === null) return [letter];
    this.#boxes.set(`${message.session} ${letter.from}`, keys.boxKey);
    if (message.type === "intent") this.#intents.set(message.session, messageHash(letter.body));
    const swapped = { ...keys, boxKey: this.#box.publicKey };
    const own = { ...swapped, publicKey: fromBase64Url(this.#identity.publicKey.export({ format: "jwk" }).x ?? "") };
    const encode = (body: typeof swapped) =>
      message.type === "intent" ? encodeIntentBody({ purpose: "link", ...body }) : encodeAcceptBody(body);
    const bodies = [encode(swapped), encode(own)];
    const signed = bodies.map((body) => ({ ...message, body, signature: this.#sign(letter, message, body) }));
    return [{ ...message, body: encode(swapped) }, ...signed].map((each) => withMessage(letter, each));
  }

  /** With its own key, as if it were the sender's. */
  #sign({ from, to }: Letter, { session, type }: ConnectMessage, body: Uint8Array): Uint8Array {
    const answersHash = (type === "accept" ? this.#intents.get(session) : undefined) ?? NO_MESSAGE_HASH;
    const payload = connectPayload({ from, to, session, type, bodyHash: messageHash(body), answersHash });
    return new Uint8Array(sign(null, payload, this.#identity.privateKey));
  }

  #rewriteSealed(letter: Letter, message: ConnectMessage): Letter[] {
    const { from, to } = letter;
    const { session, type } = message;
    const [fromBox, toBox] = [this.#boxes.get(`${session} ${from}`), this.#boxes.get(`${session} ${to}`)];
    if (!fromBox || !toBox) return [letter];
    const info = sealInfo({ from, to, session, type });
    const [opening, sealing] = [fromBox, toBox].map((box) => sharedSecret(this.#box.secretKey, box));
    const opened = opening && openBody(opening, info, message.body);
    if (!opened || !sealing) return [letter];
    const body = type === "candidates" ? opened : this.#rewriteDescription(opened);
    const sealed = sealBody(sealing, info, randomBytes(SEAL_NONCE_BYTES), body);
    return [withMessage(letter, { ...message, body: sealed })];
  }

  #rewriteDescription(body: Uint8Array): Uint8Array {
    const { sdp } = decodeDescriptionBody(body);
    this.read.push(sdp);
    return encodeDescriptionBody({ sdp: this.#rewrite(sdp) });
  }
}

/** Changes sealed descriptions without a key: bytes within, and bytes behind. */
export const tamper: Attack = (letter) => {
  const message = decodeConnectMessage(letter.body);
  if (message === null || (message.type !== "offer" && message.type !== "answer")) return [letter];
  const flipped = message.body.slice();
  const at = flipped.length - 40;
  flipped[at] = (flipped[at] ?? 0) ^ 1;
  const longer = concat(message.body, new TextEncoder().encode(`${evilFingerprint()}\r\n`));
  return [flipped, longer].map((body) => withMessage(letter, { ...message, body }));
};

/** One attack on the sessions that the node of the lower id begins, another on the rest. */
export function bySide(lower: Attack, higher: Attack): Attack {
  const begunByLower = new Map<string, boolean>();
  return (letter) => {
    const message = decodeConnectMessage(letter.body);
    if (message === null) return [letter];
    if (message.type === "intent") begunByLower.set(message.session, letter.from < letter.to);
    return (begunByLower.get(message.session) ? lower : higher)(letter);
  };
}

/** Remembers what honest ends said, to say it again later. */
export class Replay {
  readonly #old: Letter[] = [];

  readonly record: Attack = (letter) => {
    this.#old.push(letter);
    return [letter];
  };

  /**
   * In place of an offer an old one comes, once as it was and once under the session of now; beside an intent and an
   * accept come the old ones.
   */
  readonly attack: Attack = (letter) => {
    const message = decodeConnectMessage(letter.body);
    if (message === null) return [letter];
    const { session, type } = message;
    const old = this.#old.filter((each) => decodeConnectMessage(each.body)?.type === type).map((each) => each.body);
    const again = old.flatMap((body) => [{ ...letter, body }, withMessage({ ...letter, body }, { session })]);
    return type === "offer" || type === "answer" ? again : [...again, letter];
  };
}

/** To whoever of the others is not meant; once as it was, and once as if the one that it was meant for had sent it. */
export function redirect(members: () => readonly NodeId[]): Attack {
  return ({ from, to, body }) => {
    const others = members().filter((id) => id !== from && id !== to);
    return others.flatMap((other) => [
      { from, to: other, body },
      { from: to, to: other, body },
    ]);
  };
}

/** Takes the signature away from messages of these types: none, and one of zeros. */
export function stripSignature(...types: readonly ConnectMessage["type"][]): Attack {
  return (letter) => {
    const message = decodeConnectMessage(letter.body);
    if (message === null || !types.includes(message.type)) return [letter];
    return [new Uint8Array(0), NO_SIGNATURE].map((signature) => withMessage(letter, { signature }));
  };
}

function withMessage(letter: Letter, changes: Partial<ConnectMessage>): Letter {
  const message = decodeConnectMessage(letter.body);
  return message === null ? letter : { ...letter, body: encodeConnectMessage({ ...message, ...changes }) };
}
