import type { Client } from "@starling/client";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { StartFailed } from "./components/start-failed.tsx";
import { sentenceOf } from "./state/notices.ts";
import { setClient } from "./state/runtime.ts";
import { appStore } from "./state/store.ts";
import { syncStore } from "./state/sync.ts";
import { offerFiles } from "./streaming/page-source.ts";

/** Draws the app once its client runs, or why it cannot. @param starting a client on its way, or a sentence. */
export async function showPage(element: HTMLElement, starting: Promise<Client> | string): Promise<void> {
  const root = createRoot(element);
  if (typeof starting === "string") return root.render(<StartFailed message={starting} />);
  try {
    const client = await starting;
    setClient(client);
    syncStore(client, appStore);
    if (navigator.serviceWorker) offerFiles(client, navigator.serviceWorker);
    root.render(<App client={client} />);
  } catch (error) {
    root.render(<StartFailed message={sentenceOf(error)} />);
  }
}
