import { type OpenSocket, openSocketEarly } from "@starling/transport/socket";

/**
 * A file of its own and without the rest of the client, so that a page can begin to reach the server while it still loads
 * that: two round trips sooner.
 */

/** A way to the server that was begun; for {@link ClientOptions.reached}. */
export type Reached = OpenSocket;

/** Begins to reach the server at this address, the `origin` of the client to come. @throws SyntaxError on a bad address */
export function reachServer(origin: string): Reached {
  return openSocketEarly(signalingUrl(origin));
}

/** Address of the WebSocket of the server at `origin`. */
export function signalingUrl(origin: string): string {
  const url = new URL("ws", origin);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
