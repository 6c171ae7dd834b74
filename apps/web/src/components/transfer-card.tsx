import { ArrowDown, ArrowUp } from "lucide-react";
import { useEffect } from "react";
import { formatBytes, formatRate } from "../logic/format.ts";
import { copiesLine } from "../logic/share-facts.ts";
import type { ShareView } from "../state/share-view.ts";
import { useApp } from "../state/store.ts";
import { loadChart, RateChart } from "./rate-chart.tsx";

/** Rates, totals and how many copies there are. */
export function TransferCard({ share }: { readonly share: ShareView }) {
  const history = useApp(({ rates }) => rates.get(share.id));
  useEffect(() => void loadChart(), []);
  const { downRate, upRate, bytesDownloaded, bytesUploaded, copies } = share.progress;
  return (
    <section className="card" aria-labelledby="transfer-heading">
      <h2 id="transfer-heading">Transfer</h2>
      <dl className="figures">
        {!share.mine && (
          <div className="figure figure-down">
            <dt>
              <ArrowDown aria-hidden="true" /> Receiving
            </dt>
            <dd>{formatRate(downRate)}</dd>
            <dd className="figure-total">{formatBytes(bytesDownloaded)} in all</dd>
          </div>
        )}
        <div className="figure figure-up">
          <dt>
            <ArrowUp aria-hidden="true" /> Sending
          </dt>
          <dd>{formatRate(upRate)}</dd>
          <dd className="figure-total">{formatBytes(bytesUploaded)} in all</dd>
        </div>
        <div className="figure">
          <dt>Availability</dt>
          <dd>{copiesLine(copies)}</dd>
        </div>
      </dl>
      {history && history.length > 1 && <RateChart history={history} showDown={!share.mine} />}
    </section>
  );
}
