import { ProgressBar } from "react-aria-components";
import { percentOf } from "../logic/format.ts";
import { progressLine } from "../logic/share-facts.ts";
import type { ShareView } from "../state/share-view.ts";

/** The large bar of a share's page, with percent, sizes, rate and time left. */
export function ShareProgress({ share, label }: { readonly share: ShareView; readonly label: string }) {
  const { bytesVerified, bytesTotal } = share.progress;
  const percent = percentOf(bytesVerified, bytesTotal);
  return (
    <ProgressBar
      className={`progress progress-${share.state}`}
      aria-label={label}
      value={percent}
      valueLabel={`${percent} %`}
    >
      <div className="progress-head">
        <span className="progress-percent">{percent} %</span>
        <span className="progress-line">{progressLine(share)}</span>
      </div>
      <Bar part={bytesTotal > 0 ? bytesVerified / bytesTotal : 1} />
    </ProgressBar>
  );
}

/** A bar to look at; what it says stands beside it in words. */
export function Bar({ part }: { readonly part: number }) {
  return (
    <div className="bar" aria-hidden="true">
      <div className="bar-fill" style={{ transform: `scaleX(${Math.min(1, Math.max(0, part))})` }} />
    </div>
  );
}
