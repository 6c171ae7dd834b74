import type { Client, Share } from "@starling/client";
import { linkOfRoute } from "../logic/link-text.ts";

/** A link that is being opened: what comes of it, and how to stop. */
interface Begun {
  readonly route: string;
  readonly share: Promise<Share>;
  readonly controller: AbortController;
}

let begun: Begun | null = null;

/** Ms after which the page is drawn even though nobody could be asked yet. */
const DRAW_AFTER_MS = 500;

/**
 * Opens the link in the address bar, if one is there. Resolves when the page may be drawn: that takes the processor for as
 * long as a sender takes to answer, so the sender is asked first.
 */
export async function beginOpening(client: Client, { origin, pathname, hash }: URL | Location): Promise<void> {
  const route = hash.slice(1);
  if (!route.startsWith("/s/")) return;
  const controller = new AbortController();
  const share = client.open(linkOfRoute(origin + pathname, route), { signal: controller.signal });
  // Whoever takes it over hears of a failure.
  share.catch(() => undefined);
  begun = { route, share, controller };
  await connected(client);
}

/** Once the server is reached; who was wanted until then is dialled at that moment. */
function connected(client: Client): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      stop();
      clearTimeout(timer);
      resolve();
    };
    const stop = client.subscribe(() => {
      if (client.stats().signaling === "open") end();
    });
    const timer = setTimeout(end, client.stats().signaling === "open" ? 0 : DRAW_AFTER_MS);
  });
}

/** What began before the page was drawn, once. */
export function takeBegun(route: string): Begun | null {
  const taken = begun;
  begun = null;
  if (taken?.route === route) return taken;
  taken?.controller.abort();
  return null;
}
