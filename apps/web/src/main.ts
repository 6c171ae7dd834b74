import { type Client, createClient } from "@starling/client";
import "./styles/index.css";
import { missingRequirement, platformOf } from "./requirements.ts";
import { beginOpening } from "./state/begun-opening.ts";

/** A client, or what kept it from starting. */
async function startClient(): Promise<Client | Error> {
  const missing = missingRequirement(platformOf(window));
  if (missing !== null) return new Error(missing);
  try {
    const client = await createClient({ origin: location.origin + location.pathname });
    window.starling = client;
    return client;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The interface is a file of its own, read once the client runs: to be connected takes longer than to be drawn. */
async function start(root: HTMLElement): Promise<void> {
  const client = await startClient();
  if (!(client instanceof Error)) await beginOpening(client, location);
  const { showPage } = await import("./page.tsx");
  showPage(root, client);
}

const root = document.getElementById("root");
if (root) {
  start(root).catch(() => {
    root.textContent = "A part of this page could not be loaded. Check your connection and reload the page.";
  });
}
