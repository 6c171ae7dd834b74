import type { Client } from "@starling/client";
import { startTransition } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { StartFailed } from "./components/start-failed.tsx";
import { sentenceOf } from "./state/notices.ts";
import { setClient } from "./state/runtime.ts";
import { appStore } from "./state/store.ts";
import { syncStore } from "./state/sync.ts";
import { offerFiles } from "./streaming/page-source.ts";

/** Draws the app, or why the client could not start. */
export function showPage(element: HTMLElement, client: Client | Error): void {
  const root = createRoot(element);
  if (client instanceof Error) return root.render(<StartFailed message={sentenceOf(client)} />);
  setClient(client);
  syncStore(client, appStore);
  if (navigator.serviceWorker) offerFiles(client, navigator.serviceWorker);
  // In slices (React calls it a transition): frames from the server and from peers are handled in between.
  startTransition(() => root.render(<App client={client} />));
}
