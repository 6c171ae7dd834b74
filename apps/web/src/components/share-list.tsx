import { displayName } from "@starling/client";
import { memo } from "react";
import { Link } from "wouter";
import { badgeOf, contentsOf, isFetching, titleOf } from "../logic/share-facts.ts";
import { shareAddress } from "../state/actions.ts";
import type { ShareView } from "../state/share-view.ts";
import { useApp } from "../state/store.ts";
import { Bar } from "./progress.tsx";
import { ShareActions } from "./share-actions.tsx";
import { AllSpeedLimits } from "./speed-limits.tsx";

/** Everything that this browser shares, fetches or keeps. */
export function ShareList() {
  const shares = useApp((state) => state.shares);
  if (shares.length === 0) return null;
  return (
    <section className="shares" aria-labelledby="shares-heading">
      <div className="shares-head">
        <h2 id="shares-heading">Your shares</h2>
        <AllSpeedLimits />
      </div>
      <ul>
        {shares.map((share) => (
          <ShareItem key={share.id} share={share} />
        ))}
      </ul>
    </section>
  );
}

const ShareItem = memo(function ShareItem({ share }: { readonly share: ShareView }) {
  const title = titleOf(share, displayName);
  const moving = isFetching(share) || share.state === "preparing";
  const { bytesVerified, bytesTotal } = share.progress;
  return (
    <li className="share-item">
      <div className="share-item-text">
        <Title id={share.id} title={title} />
        <p className="share-item-contents">
          {share.files.length > 0 ? contentsOf(share) : "Contents not known yet"}
          {share.hasPassword && " · password"}
        </p>
      </div>
      <p className="share-item-status">
        <span className={`badge badge-${share.state}`}>{badgeOf(share)}</span>
        <span className="share-item-sentence">{share.error ?? share.status}</span>
      </p>
      <ShareActions share={share} of={title} />
      {moving && <Bar part={bytesTotal > 0 ? bytesVerified / bytesTotal : 0} />}
    </li>
  );
});

const Title = memo(function Title({ id, title }: { readonly id: string; readonly title: string }) {
  return (
    <Link href={shareAddress(id)} className="share-item-title" dir="auto">
      {title}
    </Link>
  );
});
