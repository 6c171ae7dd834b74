import { ID_BYTES, type RandomBytes, sealKeyPair } from "@starling/protocol";
import type { SessionKeys } from "./session.ts";

/** Fresh keys for one session. */
export function newKeys(random: RandomBytes): SessionKeys {
  const { secretKey, publicKey } = sealKeyPair(random(ID_BYTES));
  return { secretKey, boxKey: publicKey, nonce: random(ID_BYTES) };
}
