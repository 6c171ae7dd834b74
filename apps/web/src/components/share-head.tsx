import { LockKeyhole, ShieldCheck, TriangleAlert } from "lucide-react";
import { badgeOf, contentsOf, isComplete, safetyOf } from "../logic/share-facts.ts";
import type { ShareView } from "../state/share-view.ts";
import { ShareActions } from "./share-actions.tsx";
import { ShareCallouts } from "./share-callouts.tsx";

/** Title, what is happening in words, and what can be done about it. */
export function ShareHead({ share, title }: { readonly share: ShareView; readonly title: string }) {
  return (
    <header className="share-head">
      <div className="share-head-line">
        <div className="share-head-text">
          <p className="share-kind">
            <span className={`badge badge-${isComplete(share) ? "complete" : share.state}`}>
              {isComplete(share) ? "Complete" : badgeOf(share)}
            </span>
            {share.hasPassword && (
              <span className="share-lock">
                <LockKeyhole aria-hidden="true" /> Password
              </span>
            )}
          </p>
          <h1 dir="auto">{title}</h1>
          {share.files.length > 0 && <p className="share-contents">{contentsOf(share)}</p>}
          <p className="share-status" role="status">
            {share.status}
          </p>
          <SafetyLine share={share} />
        </div>
        <ShareActions share={share} />
      </div>
      <ShareCallouts share={share} />
    </header>
  );
}

/** Whether this tab may be closed. */
function SafetyLine({ share }: { readonly share: ShareView }) {
  const safety = safetyOf(share);
  if (!safety) return null;
  const Icon = safety.safe ? ShieldCheck : TriangleAlert;
  return (
    <p className={`safety ${safety.safe ? "safety-safe" : "safety-alone"}`}>
      <Icon aria-hidden="true" />
      {safety.text}
    </p>
  );
}
