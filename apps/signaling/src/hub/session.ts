import type { NodeId } from "@starling/protocol";
import type { TokenBucket } from "./token-bucket.ts";

/** How far a socket is: challenged at once, then `hello`, `prove`, `verify`, `welcome`. */
type Stage =
  | { readonly name: "fresh"; readonly openedAt: number; readonly nonce: Uint8Array }
  | {
      readonly name: "greeted" | "verifying";
      readonly openedAt: number;
      readonly publicKey: Uint8Array;
      readonly nonce: Uint8Array;
    }
  | { readonly name: "proved"; readonly id: NodeId };

/** What the hub knows of one socket. */
export interface Session extends TokenBucket {
  readonly addressGroup: string;
  stage: Stage;
}
