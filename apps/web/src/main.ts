import { createClient } from "@starling/client";
import "./styles/index.css";
import { missingRequirement, platformOf } from "./requirements.ts";

/** Connecting takes longer than drawing: the pages are a file of their own, and load while the client starts. */
async function start(root: HTMLElement): Promise<void> {
  const missing = missingRequirement(platformOf(window));
  const client = missing === null ? createClient({ origin: location.origin + location.pathname }) : missing;
  if (client instanceof Promise) client.then((ready) => Object.assign(window, { starling: ready })).catch(() => {});
  const { showPage } = await import("./page.tsx");
  await showPage(root, client);
}

const root = document.getElementById("root");
if (root) {
  start(root).catch(() => {
    root.textContent = "A part of this page could not be loaded. Check your connection and reload the page.";
  });
}
