import { createClient } from "@starling/client";
import { createRoot, type Root } from "react-dom/client";
import "./styles/index.css";
import { App } from "./app.tsx";
import { StartFailed } from "./components/start-failed.tsx";
import { missingRequirement, platformOf } from "./requirements.ts";
import { sentenceOf } from "./state/notices.ts";
import { setClient } from "./state/runtime.ts";
import { appStore } from "./state/store.ts";
import { syncStore } from "./state/sync.ts";
import { offerFiles } from "./streaming/page-source.ts";

async function start(root: Root): Promise<void> {
  const missing = missingRequirement(platformOf(window));
  if (missing !== null) return root.render(<StartFailed message={missing} />);
  const client = await createClient({ origin: location.origin + location.pathname });
  setClient(client);
  syncStore(client, appStore);
  if (navigator.serviceWorker) offerFiles(client, navigator.serviceWorker);
  root.render(<App client={client} />);
  window.starling = client;
}

const element = document.getElementById("root");
if (element) {
  const root = createRoot(element);
  start(root).catch((error) => root.render(<StartFailed message={sentenceOf(error)} />));
}
