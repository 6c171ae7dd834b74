import type { Client } from "@starling/client";
import { useCallback } from "react";
import { BucketTable } from "../components/bucket-table.tsx";
import { CopyId } from "../components/copy-id.tsx";
import { LinkTable } from "../components/link-table.tsx";
import { LookupCard } from "../components/lookup-card.tsx";
import { NetworkFigures } from "../components/network-figures.tsx";
import { TreeCard } from "../components/tree-card.tsx";
import { useDocumentTitle } from "../hooks/use-document-title.ts";
import { useOverlayWatch } from "../hooks/use-overlay-watch.ts";
import { reportFailure } from "../state/notices.ts";
import { useApp } from "../state/store.ts";

const KEY_BYTES = 32;

/** This tab in the overlay: for the curious a picture, for a developer every number behind it. */
export function NetworkPage({ client }: { readonly client: Client }) {
  useDocumentTitle("Network – Starling");
  const watch = useOverlayWatch(client);
  const overlay = useApp((state) => state.overlay);
  const lookUp = useCallback(
    () => watch.lookUp(crypto.getRandomValues(new Uint8Array(KEY_BYTES))).catch(reportFailure),
    [watch],
  );
  return (
    <article className="network-page">
      <header className="network-head">
        <h1>Network</h1>
        <p className="network-lead">
          Open Starling tabs make a network of their own. Each has a random number, its <em>id</em>, keeps links to some
          others and passes small messages on. That is how tabs find who has a share and reach each other without asking
          the server. Files do not travel this way: they go straight between those who share them.
        </p>
        <p className="network-id">
          <span>Id of this tab</span>
          <CopyId id={client.nodeId} whole />
        </p>
      </header>
      {overlay && (
        <>
          <NetworkFigures view={overlay.view} />
          <TreeCard view={overlay.view} trace={overlay.lookups[0] ?? null} onLookUp={lookUp} />
          <LinkTable view={overlay.view} />
          <div className="network-columns">
            <LookupCard lookups={overlay.lookups} self={overlay.view.id} />
            <BucketTable view={overlay.view} />
          </div>
        </>
      )}
    </article>
  );
}
