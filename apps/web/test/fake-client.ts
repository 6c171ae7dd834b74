import type { Client, ClientOptions, Share, SpeedLimits, Stats } from "../../../packages/client/src/api.ts";
import type { Reached } from "../../../packages/client/src/reach.ts";
import { FakeOverlay } from "./fake-overlay.ts";
import { FakeShare } from "./fake-share.ts";
import { scenarioLinks, scenarioOpens, scenarioShares } from "./scenarios.ts";

export * from "../../../packages/client/src/errors.ts";

/** Stands in for `@starling/client` while pages are developed and tested; `?scenario=` names what it holds. */
export async function createClient(_options: ClientOptions): Promise<Client> {
  const scenario = new URLSearchParams(location.search).get("scenario") ?? "empty";
  return new FakeClient(scenario);
}

/** There is no server to reach. */
export function reachServer(_origin: string): Reached {
  return () => ({ send: () => undefined, close: () => undefined });
}

/** As in the protocol package: controls, bidi and zero-width characters are stripped for show. */
export function displayName(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, "");
}

class FakeClient implements Client {
  readonly nodeId = "ab".repeat(32);
  readonly overlay: FakeOverlay;
  limits: SpeedLimits = { up: null, down: null };
  readonly #listeners = new Set<() => void>();
  readonly #scenario: string;
  #shares: FakeShare[];

  constructor(scenario: string) {
    this.#scenario = scenario;
    this.overlay = new FakeOverlay(this.nodeId, ...scenarioLinks(scenario));
    this.#shares = scenarioShares(scenario).map((seed) => this.#make(seed));
    if (scenario.startsWith("live")) setInterval(() => this.#advance(), 100);
  }

  #make(seed: ConstructorParameters<typeof FakeShare>[0]): FakeShare {
    return new FakeShare(seed, {
      changed: () => this.#changed(),
      removed: (share) => {
        this.#shares = this.#shares.filter((other) => other !== share);
        this.#changed();
      },
    });
  }

  limit: Client["limit"] = (limits) => {
    this.limits = limits;
    this.#changed();
  };

  #advance(): void {
    for (const share of this.#shares) share.advance(0.1);
    this.#changed();
  }

  #changed(): void {
    requestAnimationFrame(() => {
      for (const listener of this.#listeners) listener();
    });
  }

  share: Client["share"] = async (sources, options = {}) => {
    const files = sources.flatMap((source) => {
      if (source instanceof File)
        return [{ path: source.webkitRelativePath || source.name, size: source.size, type: "" }];
      return "file" in source ? [{ path: source.path, size: source.file.size, type: "" }] : [];
    });
    const folders = sources.flatMap((source) => ("folder" in source ? [source.path] : []));
    const title = options.title ?? files[0]?.path ?? "Share";
    const share = this.#make({ id: `s${this.#shares.length}`, title, files, folders, mine: true, state: "preparing" });
    this.#shares = [share, ...this.#shares];
    options.onPreparing?.(share);
    this.#changed();
    await new Promise((resolve) => setTimeout(resolve, 300));
    share.finishPreparing();
    return share;
  };

  open: Client["open"] = async (_link, options = {}) => {
    const share = this.#make(await scenarioOpens(this.#scenario, options.password));
    this.#shares = [share, ...this.#shares];
    this.#changed();
    return share;
  };

  shares = (): readonly Share[] => this.#shares;

  stats = (): Stats => ({
    nodeId: this.nodeId,
    links: this.#shares.reduce((sum, share) => sum + share.peers.length, 0),
    linksByKind: { overlay: 0, swarm: 0 },
    peerConnectionsCreated: 0,
    signaling: "open",
    dht: { mode: "leaf", contacts: 0, records: 0 },
    bytesSent: 0,
    bytesReceived: 0,
    uptimeSeconds: 0,
  });

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  close = async () => {};
}
