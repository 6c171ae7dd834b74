import { CLAIM } from "./messages.ts";

const SCRIPT = "/sw.js";

let controlled: Promise<boolean> | null = null;

/**
 * Whether the service worker answers this page's requests; registers it at the first call. False where the browser allows
 * none (some private windows), so that nothing can be played in the page.
 */
export function workerReady(): Promise<boolean> {
  controlled ??= takeControl().catch(() => {
    controlled = null;
    return false;
  });
  return controlled;
}

async function takeControl(): Promise<boolean> {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return false;
  await serviceWorker.register(SCRIPT, { scope: "/", updateViaCache: "none" });
  const { active } = await serviceWorker.ready;
  if (serviceWorker.controller) return true;
  const taken = new Promise<void>((resolve) => {
    serviceWorker.addEventListener("controllerchange", () => resolve(), { once: true });
  });
  // A page that was reloaded past its cache is left out when the worker activates, and must ask.
  active?.postMessage(CLAIM);
  await taken;
  return true;
}
