import type { ServerMessage } from "@starling/protocol";
import type { ClosingName } from "./closings.ts";

/** What is to be done. */
export type HubEffect =
  | { readonly type: "send"; readonly socket: number; readonly message: ServerMessage }
  /** Check an Ed25519 signature; answer with `verified`. One at a time a socket. */
  | {
      readonly type: "verify";
      readonly socket: number;
      readonly publicKey: Uint8Array;
      readonly payload: Uint8Array;
      readonly signature: Uint8Array;
    }
  /** End the socket with the code and sentence of `CLOSINGS`; the hub has forgotten it already. */
  | { readonly type: "close"; readonly socket: number; readonly closing: ClosingName };
