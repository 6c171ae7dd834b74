import type { Client } from "@starling/client";
import { appendSample, type RateSample } from "../logic/rate-history.ts";
import { networkOf, type ShareView, viewsOf } from "./share-view.ts";
import type { AppStore } from "./store.ts";

const SAMPLE_EVERY_MS = 1000;

/**
 * Keeps the store's snapshots equal to the client: once now, then whenever the client says so (at most once a frame), so
 * React renders no oftener than that. Returns how to stop.
 */
export function syncStore(client: Client, store: AppStore): () => void {
  const copy = () => {
    const { shares, network, limits } = store.getState();
    const next = {
      shares: viewsOf(client.shares(), shares),
      network: networkOf(client.stats(), network),
      limits: client.limits,
    };
    if (next.shares !== shares || next.network !== network || next.limits !== limits) store.setState(next);
  };
  const sample = () => {
    const { shares, rates } = store.getState();
    const next = sampleRates(rates, shares, Date.now());
    if (next !== rates) store.setState({ rates: next });
  };
  copy();
  const unsubscribe = client.subscribe(copy);
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  return () => {
    unsubscribe();
    clearInterval(timer);
  };
}

/** Appends the current rates of every share; the same map when no share has anything to show. */
export function sampleRates(
  rates: ReadonlyMap<string, readonly RateSample[]>,
  shares: readonly ShareView[],
  time: number,
): ReadonlyMap<string, readonly RateSample[]> {
  const next = new Map<string, readonly RateSample[]>();
  for (const { id, state, progress } of shares) {
    if (state === "preparing") continue;
    const history = appendSample(rates.get(id) ?? [], { time, down: progress.downRate, up: progress.upRate });
    if (history.length > 0) next.set(id, history);
  }
  return next.size === 0 && rates.size === 0 ? rates : next;
}
