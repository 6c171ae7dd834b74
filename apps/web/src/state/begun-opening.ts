import type { Client, Share } from "@starling/client";
import { linkOfRoute } from "../logic/link-text.ts";

/** A link that is being opened: what comes of it, and how to stop. */
interface Begun {
  readonly route: string;
  readonly share: Promise<Share>;
  readonly controller: AbortController;
}

let begun: Begun | null = null;

/** Opens the link in the address bar, if one is there, before the page is drawn: its sender is asked meanwhile. */
export function beginOpening(client: Client, { origin, pathname, hash }: URL | Location): void {
  const route = hash.slice(1);
  if (!route.startsWith("/s/")) return;
  const controller = new AbortController();
  const share = client.open(linkOfRoute(origin + pathname, route), { signal: controller.signal });
  // Whoever takes it over hears of a failure.
  share.catch(() => undefined);
  begun = { route, share, controller };
}

/** What began before the page was drawn, once. */
export function takeBegun(route: string): Begun | null {
  const taken = begun?.route === route ? begun : null;
  begun = null;
  return taken;
}
