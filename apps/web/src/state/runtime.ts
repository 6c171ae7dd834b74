import type { Client, Share } from "@starling/client";

let running: Client | null = null;

/** Gives the actions the page's client; called once, before anything renders. */
export function setClient(client: Client): void {
  running = client;
}

export function currentClient(): Client {
  if (!running) throw new Error("The client has not been started.");
  return running;
}

/** The live share behind a view; undefined once it was removed. */
export function liveShare(id: string): Share | undefined {
  return running?.shares().find((share) => share.id === id);
}
