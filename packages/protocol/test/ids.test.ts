import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { toHex, utf8 } from "../src/bytes.ts";
import { DecodeError } from "../src/errors.ts";
import {
  idBytes,
  nodeIdFromBytes,
  nodeIdOf,
  parseNodeId,
  parseRoot,
  pieceHashOf,
  providerTag,
  rootOf,
} from "../src/ids.ts";

const sha256 = (...parts: (string | Uint8Array)[]) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

describe("identifiers", () => {
  it("are the hashes that the protocol names", () => {
    const bytes = utf8("some bytes");
    const root = rootOf(bytes);
    expect(nodeIdOf(bytes)).toBe(sha256("starling:node", bytes));
    expect(root).toBe(sha256(bytes));
    expect(pieceHashOf(bytes)).toBe(sha256(bytes));
    expect(toHex(providerTag(root))).toBe(sha256("starling:provider", idBytes(root)));
  });

  it("are parsed strictly", () => {
    const id = "0f".repeat(32);
    expect(parseNodeId(id)).toBe(id);
    expect(parseRoot(id)).toBe(id);
    for (const wrong of ["", id.slice(1), `${id}0`, id.toUpperCase(), ` ${id.slice(1)}`, `${id}\n`]) {
      expect(parseNodeId(wrong)).toBeNull();
      expect(parseRoot(wrong)).toBeNull();
    }
  });

  it("have 32 bytes", () => {
    expect(nodeIdFromBytes(new Uint8Array(32))).toBe("00".repeat(32));
    expect(() => nodeIdFromBytes(new Uint8Array(31))).toThrow(DecodeError);
  });
});
