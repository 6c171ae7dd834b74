import type { NodeId } from "@starling/protocol";
import type { TokenBucket } from "./token-bucket.ts";

/** How far a socket is: `hello`, `challenge`, `prove`, `verify`, `welcome`. */
type Stage =
  | { readonly name: "fresh"; readonly openedAt: number }
  | {
      readonly name: "challenged" | "verifying";
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
