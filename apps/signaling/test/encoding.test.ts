import { encodeServerMessage, type NodeId, type ServerMessage } from "@starling/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeChecked } from "../src/encoding.ts";

const text = (alphabet: string, length: fc.ArrayConstraints) =>
  fc.array(fc.constantFrom(...alphabet), length).map((letters) => letters.join(""));
const id = text("0123456789abcdef", { minLength: 64, maxLength: 64 }).map((hex) => hex as NodeId);
const body = text("ABCXYZabcxyz0189-_", { minLength: 1, maxLength: 200 });

test("messages are encoded as the protocol does", () => {
  const message: fc.Arbitrary<ServerMessage> = fc.oneof(
    fc.record({ type: fc.constant("signal" as const), from: id, body }),
    fc.record({ type: fc.constant("gone" as const), to: id }),
    fc.record({ type: fc.constant("peers" as const), peers: fc.array(id) }),
  );
  fc.assert(
    fc.property(message, (each) => {
      expect(encodeChecked(each)).toBe(encodeServerMessage(each));
    }),
  );
});
