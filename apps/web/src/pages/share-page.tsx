import { displayName } from "@starling/client";
import { Link } from "wouter";
import { MediaViewer } from "../components/media-viewer.tsx";
import { OwnShare } from "../components/own-share.tsx";
import { PeersCard } from "../components/peers-card.tsx";
import { ReceivedShare } from "../components/received-share.tsx";
import { ShareHead } from "../components/share-head.tsx";
import { TransferCard } from "../components/transfer-card.tsx";
import { useDocumentTitle } from "../hooks/use-document-title.ts";
import { documentTitle, titleOf } from "../logic/share-facts.ts";
import { useShareView } from "../state/store.ts";

/** One share, own or received. */
export function SharePage({ id }: { readonly id: string }) {
  const share = useShareView(id);
  const title = titleOf(share, displayName);
  useDocumentTitle(documentTitle(share ?? null, title));
  if (!share) return <ShareGone />;
  return (
    <article className="share-page">
      <MediaViewer share={share} />
      <ShareHead share={share} title={title} />
      <div className="share-columns">
        <div className="share-main">{share.mine ? <OwnShare share={share} /> : <ReceivedShare share={share} />}</div>
        <div className="share-aside">
          {share.link !== null && share.files.length > 0 && <TransferCard share={share} />}
          <PeersCard share={share} />
        </div>
      </div>
    </article>
  );
}

function ShareGone() {
  return (
    <div className="empty">
      <h1>This share is not in this browser</h1>
      <p>It was removed, or it belongs to another browser. Open the link that you received to get it again.</p>
      <Link href="/" className="button button-primary">
        Go to the start
      </Link>
    </div>
  );
}
