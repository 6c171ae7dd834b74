import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toBase64Url, utf8 } from "../src/bytes.ts";
import { DecodeError } from "../src/errors.ts";
import { nodeIdFromBytes } from "../src/ids.ts";
import { MAX_CONNECT_MESSAGE, SIGNALING_MAX_MESSAGE } from "../src/limits.ts";
import {
  type ClientMessage,
  decodeClientMessage,
  decodeServerMessage,
  encodeClientMessage,
  encodeServerMessage,
  provePayload,
  type ServerMessage,
} from "../src/signaling.ts";
import { signedPayload } from "../src/signed.ts";
import { survivesTextFuzzing } from "./fuzz.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const id = bytes(32).map(nodeIdFromBytes);
const body = fc.uint8Array({ minLength: 1, maxLength: 300 }).map(toBase64Url);
const iceServer = fc.record(
  { urls: fc.array(fc.webUrl(), { minLength: 1, maxLength: 3 }), username: fc.string(), credential: fc.string() },
  { requiredKeys: ["urls"] },
);

const client = fc.oneof(
  fc.record({ type: fc.constant("hello"), v: fc.nat(), publicKey: bytes(32) }),
  fc.record({ type: fc.constant("prove"), signature: bytes(64) }),
  fc.record({ type: fc.constant("signal"), to: id, body }),
  fc.record({ type: fc.constant("peers"), near: id }, { requiredKeys: ["type"] }),
) as fc.Arbitrary<ClientMessage>;

const server = fc.oneof(
  fc.record({ type: fc.constant("challenge"), nonce: bytes(32) }),
  fc.record({
    type: fc.constant("welcome"),
    peers: fc.array(id, { maxLength: 16 }),
    ice: fc.array(iceServer, { maxLength: 3 }),
    time: fc.nat(),
  }),
  fc.record({ type: fc.constant("signal"), from: id, body }),
  fc.record({ type: fc.constant("gone"), to: id }),
  fc.record({ type: fc.constant("peers"), peers: fc.array(id, { maxLength: 16 }) }),
  fc.record({ type: fc.constant("error"), code: fc.string(), message: fc.string() }),
) as fc.Arbitrary<ServerMessage>;

const someId = "ab".repeat(32);
const key = toBase64Url(new Uint8Array(32).fill(255));

describe("signaling messages", () => {
  it("round-trip", () => {
    fc.assert(
      fc.property(client, (message) => void expect(decodeClientMessage(encodeClientMessage(message))).toEqual(message)),
    );
    fc.assert(
      fc.property(server, (message) => void expect(decodeServerMessage(encodeServerMessage(message))).toEqual(message)),
    );
  });

  it("carry bytes as base64url", () => {
    const json = encodeClientMessage({ type: "hello", v: 1, publicKey: new Uint8Array(32).fill(255) });
    expect(JSON.parse(json)).toEqual({ type: "hello", v: 1, publicKey: key });
  });

  it("carry the largest connection message", () => {
    const message = {
      type: "signal",
      to: nodeIdFromBytes(new Uint8Array(32)),
      body: toBase64Url(new Uint8Array(MAX_CONNECT_MESSAGE)),
    } as const;
    const json = encodeClientMessage(message);
    expect(json.length).toBeLessThan(SIGNALING_MAX_MESSAGE);
    expect(decodeClientMessage(json)).toEqual(message);
  });

  it("ignore unknown types and drop unknown fields", () => {
    expect(decodeClientMessage('{"type":"dance"}')).toBeNull();
    expect(decodeServerMessage('{"type":"constructor"}')).toBeNull();
    expect(decodeClientMessage('{"type":"welcome"}')).toBeNull();
    const decoded = decodeClientMessage('{"type":"peers","x":1,"__proto__":{"polluted":true}}');
    expect(decoded).toEqual({ type: "peers" });
    expect(decoded).not.toHaveProperty("polluted");
  });

  it.each([
    ["", "nothing"],
    ["{", "cut JSON"],
    ["null", "null"],
    ["[]", "an array"],
    ['"hello"', "text"],
    ["{}", "no type"],
    ['{"__proto__":{"type":"peers"}}', "an inherited type"],
    ['{"type":1}', "a type that is no text"],
    [`{"type":"hello","v":1}`, "no key"],
    [`{"type":"hello","v":1.5,"publicKey":"${key}"}`, "a version that is no integer"],
    [`{"type":"hello","v":1,"publicKey":"${key}="}`, "padding"],
    [`{"type":"hello","v":1,"publicKey":"${key.slice(0, -1)}9"}`, "spare bits"],
    [`{"type":"hello","v":1,"publicKey":"${key.slice(1)}"}`, "a short key"],
    [`{"type":"prove","signature":"${key}"}`, "a short signature"],
    [`{"type":"signal","to":"${someId.toUpperCase()}","body":"AA"}`, "an id in upper case"],
    [`{"type":"signal","to":"${someId}","body":""}`, "an empty body"],
    [`{"type":"signal","to":"${someId}","body":"a b"}`, "a body that is not base64url"],
    [`{"type":"signal","to":"${someId}","body":"${"A".repeat(16_385)}"}`, "a body over the limit"],
    [`{"type":"peers","near":null}`, "an id of null"],
    [`{"type":"peers"}${" ".repeat(SIGNALING_MAX_MESSAGE)}`, "text over the limit"],
  ])("like %j are refused: %s", (json) => {
    expect(() => decodeClientMessage(json)).toThrow(DecodeError);
  });

  it.each([
    [`{"type":"welcome","peers":["${someId}"],"ice":[],"time":-1}`, "a negative time"],
    [`{"type":"welcome","peers":["x"],"ice":[],"time":1}`, "an id that is none"],
    [`{"type":"welcome","peers":[],"ice":[{"urls":"stun:a"}],"time":1}`, "urls that are no list"],
    [`{"type":"welcome","peers":[],"ice":[{"urls":[]}],"time":1}`, "no urls"],
    [`{"type":"peers","peers":[${Array(33).fill(`"${someId}"`)}]}`, "too many peers"],
  ])("from a server like %j are refused: %s", (json) => {
    expect(() => decodeServerMessage(json)).toThrow(DecodeError);
  });

  it("survive random and mutated text", () => {
    survivesTextFuzzing(decodeClientMessage, fc.sample(client, { numRuns: 20, seed: 1 }).map(encodeClientMessage));
    survivesTextFuzzing(decodeServerMessage, fc.sample(server, { numRuns: 20, seed: 1 }).map(encodeServerMessage));
  });

  it("survive any JSON", () => {
    const types = fc.constantFrom("hello", "prove", "signal", "peers", "challenge", "welcome", "gone", "error");
    const fields = [
      "v",
      "publicKey",
      "signature",
      "to",
      "from",
      "body",
      "near",
      "peers",
      "ice",
      "time",
      "nonce",
      "code",
      "message",
    ];
    const any = fc
      .tuple(types, fc.dictionary(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 2 })))
      .map(([type, rest]) => JSON.stringify({ type, ...rest }));
    const refusals = fc.property(any, (json) => {
      for (const decode of [decodeClientMessage, decodeServerMessage]) {
        try {
          decode(json);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
        }
      }
    });
    fc.assert(refusals, { numRuns: 10_000 });
  });

  it("prove a key by a nonce in their own domain", () => {
    expect(provePayload(utf8("n"))).toEqual(signedPayload("starling:signaling:prove", utf8("n")));
  });
});
