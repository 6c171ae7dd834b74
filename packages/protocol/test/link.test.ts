import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toBase64Url } from "../src/bytes.ts";
import { nodeIdFromBytes, rootFromBytes } from "../src/ids.ts";
import { formatLink, parseLink, type ShareLink } from "../src/link.ts";

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const links: fc.Arbitrary<ShareLink> = fc.record({
  root: bytes32.map(rootFromBytes),
  secret: bytes32,
  hints: fc.array(bytes32.map(nodeIdFromBytes), { maxLength: 3 }),
});
const example: ShareLink = {
  root: rootFromBytes(new Uint8Array(32).fill(1)),
  secret: new Uint8Array(32).fill(2),
  hints: [nodeIdFromBytes(new Uint8Array(32).fill(3))],
};
const token = toBase64Url(new Uint8Array(32).fill(9));
const reason = (text: string) => {
  const result = parseLink(text);
  return result.ok ? "ok" : result.reason;
};

describe("a link", () => {
  it("comes back whole from its text", () => {
    fc.assert(
      fc.property(
        links,
        fc.constantFrom("https://a.example", "https://a.example/", "http://localhost:8080/app/", ""),
        (link, origin) => {
          expect(parseLink(formatLink(origin, link))).toEqual({ ok: true, link });
        },
      ),
    );
  });

  it("has the form of the specification", () => {
    expect(formatLink("https://starling.example/", example)).toBe(
      "https://starling.example/#/s/AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE.AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI.AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM",
    );
  });

  it("may have space around it, as a paste often has", () => {
    expect(reason(` \n${formatLink("https://a.example", example)}\r\n`)).toBe("ok");
  });

  it("cut anywhere behind the route is told as cut, or is whole with fewer hints", () => {
    const whole = formatLink("https://a.example", example);
    const shortest = formatLink("https://a.example", { ...example, hints: [] });
    for (let end = whole.indexOf("#/s") + 3; end < whole.length; end++) {
      expect(reason(whole.slice(0, end))).toBe(end === shortest.length ? "ok" : "cut");
    }
  });

  it.each([
    ["#/s2/whatever", "version"],
    [`https://a.example/#/s17/${token}`, "version"],
    [`#/s/${token}A.${token}`, "version"],
    [`#/s/${token}.${token}AAAA`, "version"],
    [`#/s/${[1, 2, 3, 4, 5, 6].map(() => token).join(".")}`, "version"],
    ["", "malformed"],
    ["https://a.example/", "malformed"],
    ["https://a.example/#/share/abc", "malformed"],
    ["https://a.example/s/", "malformed"],
    [`look: https://a.example/#/s/${token}.${token}`, "malformed"],
    [`#/s/${token}..${token}`, "malformed"],
    [`#/s/${token.slice(1)}.${token}`, "malformed"],
    [`#/s/${token}.${token})`, "malformed"],
    [`#/s/${token}.${token}=`, "malformed"],
    [`#/s/${token}.${token}?utm_source=x`, "malformed"],
    [`#/s/${token}%2e${token}`, "malformed"],
    [`#/s/${token}.${token.slice(0, -1)}B`, "malformed"],
    [`#/s/${token}.${token}#`, "malformed"],
    ["#".repeat(5000), "malformed"],
    [`magnet:?xt=urn:btih:${"0".repeat(40)}`, "malformed"],
  ])("%j is refused as %s", (text, expected) => {
    expect(reason(text)).toBe(expected);
  });

  it("has a sentence for each refusal that says what to do", () => {
    for (const text of ["#/s/abc", "#/s2/abc", "nonsense"]) {
      const result = parseLink(text);
      expect(result.ok ? "" : result.message).toMatch(/^This .*[.:] .*\.$/);
    }
  });

  it("never throws, whatever the text, and takes only its one form", () => {
    const whole = formatLink("", example);
    const edits = fc.record({
      at: fc.nat(whole.length),
      drop: fc.nat(3),
      put: fc.string({ unit: "binary", maxLength: 3 }),
    });
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string().map((body) => `#/s/${body}`),
      edits.map(({ at, drop, put }) => whole.slice(0, at) + put + whole.slice(at + drop)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const result = parseLink(text);
        if (result.ok) expect(text.trim()).toContain(formatLink("", result.link).slice(1));
      }),
      { numRuns: 10_000 },
    );
  });

  it("of an impossible kind is not made", () => {
    expect(() => formatLink("", { ...example, secret: new Uint8Array(16) })).toThrow(RangeError);
    expect(() => formatLink("", { ...example, hints: Array(4).fill(example.root) })).toThrow(RangeError);
  });
});
