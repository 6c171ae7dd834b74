import type { Client } from "@starling/client";
import { type Reached, reachServer } from "@starling/client/reach";
import "./styles/index.css";
import { missingRequirement, platformOf } from "./requirements.ts";
import { beginOpening } from "./state/begun-opening.ts";
import { mendAddress } from "./state/mend-address.ts";

/** A client, or what kept it from starting. Rejects when its file does not load. */
async function clientOrError(origin: string): Promise<Client | Error> {
  const missing = missingRequirement(platformOf(window));
  return missing === null ? startClient(origin, reachServer(origin)) : new Error(missing);
}

async function startClient(origin: string, reached: Reached): Promise<Client | Error> {
  const { createClient } = await import("@starling/client");
  try {
    const client = await createClient({ origin, reached });
    window.starling = client;
    return client;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Where the page is drawn. This file may run before that is parsed. */
async function rootElement(): Promise<HTMLElement> {
  if (document.readyState === "loading") {
    await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
  }
  return document.getElementById("root") ?? document.body;
}

/**
 * This file is small and there first. It begins to reach the server while the client and the interface, files of their own,
 * still come; the interface is run last, for to be connected takes longer than to be drawn.
 */
async function start(): Promise<void> {
  mendAddress();
  // Ahead of the router's own listener.
  addEventListener("hashchange", mendAddress);
  const client = await clientOrError(location.origin + location.pathname);
  if (!(client instanceof Error)) await beginOpening(client, location);
  const { showPage } = await import("./page.tsx");
  showPage(await rootElement(), client);
}

/** Browsers reject with a TypeError when a module does not load. */
function sentenceFor(error: unknown): string {
  return error instanceof TypeError
    ? "A part of this page could not be loaded. Check your connection and reload the page."
    : "This page has a fault in this browser. Update the browser or try another one, and tell whoever runs this site.";
}

start().catch(async (error: unknown) => {
  reportError(error);
  const root = await rootElement();
  root.textContent = sentenceFor(error);
});
