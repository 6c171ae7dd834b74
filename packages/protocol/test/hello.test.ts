import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, fromHex, utf8 } from "../src/bytes.ts";
import { encodeCbor } from "../src/cbor.ts";
import { DecodeError } from "../src/errors.ts";
import { decodeHello, encodeHello, fingerprintOf, helloPayload } from "../src/hello.ts";
import { idBytes, nodeIdOf } from "../src/ids.ts";
import { MAX_CONTROL_FRAME } from "../src/limits.ts";
import { signedPayload } from "../src/signed.ts";
import { survivesFuzzing } from "./fuzz.ts";

const hello = { v: 1, features: ["overlay", "lanes"], signature: new Uint8Array(64).fill(3) };

describe("hello", () => {
  it("round-trips", () => {
    const body = fc.record({
      v: fc.constant(1),
      features: fc.array(fc.string({ maxLength: 10 }), { maxLength: 16 }),
      signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
    });
    fc.assert(fc.property(body, (input) => void expect(decodeHello(encodeHello(input))).toEqual(input)));
  });

  it.each([
    ["another version", { ...hello, v: 2 }],
    ["no features", { v: 1, signature: hello.signature }],
    ["too many features", { ...hello, features: Array(17).fill("a") }],
    ["a long feature", { ...hello, features: ["a".repeat(33)] }],
    ["a short signature", { ...hello, signature: new Uint8Array(63) }],
  ])("with %s is refused", (_, fields) => {
    expect(() => decodeHello(encodeCbor(fields))).toThrow(DecodeError);
  });

  it("over a control frame is refused", () => {
    expect(() => decodeHello(new Uint8Array(MAX_CONTROL_FRAME))).toThrow(DecodeError);
  });

  it("survives random and mutated input", () => {
    survivesFuzzing(decodeHello, [encodeHello(hello)]);
  });

  it("signs both ends, both fingerprints and both nonces, in the direction it goes", () => {
    const claim = {
      from: nodeIdOf(utf8("a")),
      to: nodeIdOf(utf8("b")),
      fromFingerprint: "0a".repeat(32),
      toFingerprint: "0b".repeat(32),
      intentNonce: new Uint8Array(32).fill(1),
      acceptNonce: new Uint8Array(32).fill(2),
    };
    const parts = concat(
      idBytes(claim.from),
      idBytes(claim.to),
      fromHex(claim.fromFingerprint),
      fromHex(claim.toFingerprint),
      claim.intentNonce,
      claim.acceptNonce,
    );
    expect(helloPayload(claim)).toEqual(signedPayload("starling:hello", parts));
  });
});

describe("the fingerprint of a session description", () => {
  const colons = `${"AB:".repeat(31)}0f`;
  const line = `a=fingerprint:sha-256 ${colons}`;
  /** As Chromium writes it for a data channel. */
  const sdp = [
    "v=0",
    "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE 0",
    "a=extmap-allow-mixed",
    "a=msid-semantic: WMS",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "c=IN IP4 0.0.0.0",
    "a=ice-ufrag:4ZcD",
    "a=ice-pwd:2/1muCWoOi3uLifh0NuRHlig",
    "a=ice-options:trickle",
    line,
    "a=setup:actpass",
    "a=mid:0",
    "a=sctp-port:5000",
    "a=max-message-size:262144",
    "",
  ];
  const change = (edit: (lines: string[]) => void) => {
    const lines = [...sdp];
    edit(lines);
    return lines.join("\r\n");
  };

  it("is found on its one line, at session or media level, with either line end", () => {
    const expected = `${"ab".repeat(31)}0f`;
    expect(fingerprintOf(sdp.join("\r\n"))).toBe(expected);
    expect(fingerprintOf(sdp.join("\n"))).toBe(expected);
    expect(fingerprintOf(change((lines) => lines.splice(4, 0, ...lines.splice(12, 1))))).toBe(expected);
  });

  it.each<[string, string]>([
    ["there is none", change((lines) => lines.splice(12, 1))],
    ["there are two", change((lines) => lines.push(`a=fingerprint:sha-256 ${"cd:".repeat(31)}cd`))],
    ["it is there twice", change((lines) => lines.splice(4, 0, line))],
    ["a second one hides in odd spelling", change((lines) => lines.push(" A=FINGERPRINT:sha-1 00"))],
    ["it is of another hash", change((lines) => lines.splice(12, 1, line.replace("256", "384")))],
    ["it is short", change((lines) => lines.splice(12, 1, line.slice(0, -3)))],
    ["it is long", change((lines) => lines.splice(12, 1, `${line}:00`))],
    ["it has no colons", change((lines) => lines.splice(12, 1, line.replaceAll(":", "")))],
    ["another follows on the same line", change((lines) => lines.splice(12, 1, `${line} a=fingerprint:sha-256 00`))],
    ["the description is empty", ""],
  ])("is null when %s", (_, text) => {
    expect(fingerprintOf(text)).toBeNull();
  });

  it("is 64 digits or null whatever the text", () => {
    const pieces = fc.array(
      fc.constantFrom(line, "\r\n", "\n", " ", "a=fingerprint:", "sha-256 ", colons, "x", "\u2028"),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map((parts) => parts.join("")),
        ),
        (text) => {
          expect(fingerprintOf(text) ?? "0".repeat(64)).toMatch(/^[0-9a-f]{64}$/);
        },
      ),
      { numRuns: 10_000 },
    );
  });
});
