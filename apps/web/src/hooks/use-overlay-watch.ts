import type { Client } from "@starling/client";
import { useLayoutEffect, useState } from "react";
import { OverlayWatch } from "../state/overlay-watch.ts";
import { appStore } from "../state/store.ts";

/** Watches the overlay while the calling component is shown and its tab in front. */
export function useOverlayWatch(client: Client): OverlayWatch {
  const [watch] = useState(() => new OverlayWatch(client, appStore, () => !document.hidden));
  useLayoutEffect(() => {
    watch.start();
    return () => watch.stop();
  }, [watch]);
  return watch;
}
