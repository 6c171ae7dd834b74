import type { NodeId } from "@starling/protocol";
import { openIndexedDbStore, type PieceStore, StoreUnavailableError } from "@starling/store";
import { createWebRtcTransport, type OpenSocket, type Transport } from "@starling/transport";
import type { Client, ClientOptions, OpenOptions, Share, ShareOptions, Source, SpeedLimits, Stats } from "./api.ts";
import type { Core } from "./core.ts";
import { StorageError } from "./errors.ts";
import { type Identity, takeIdentity } from "./identity.ts";
import { makeShare } from "./make-share.ts";
import { Notifier } from "./notifier.ts";
import { openLink } from "./open-share.ts";
import { OverlayApi } from "./overlay.ts";
import { overlayView } from "./overlay-view.ts";
import { watchPage } from "./page-life.ts";
import { reachServer } from "./reach.ts";
import { Shelf } from "./shelf.ts";
import { checkLimits, savedLimits, saveLimits, watchLimits } from "./speed-limits.ts";
import { askToKeep } from "./storage-room.ts";
import { wireCore } from "./wire-core.ts";

/** How often time-outs are looked at; progress never waits for it. */
const TICK_MS = 250;

/** How often other tabs are told of progress. */
const REPORT_MS = 500;

const DATABASE = "starling";

/**
 * Starts a client: takes an identity, loads the saved shares and goes on with them. Rejects with StorageError when the
 * browser allows no storage.
 */
export async function createClient(options: ClientOptions): Promise<Client> {
  const openSocket = options.reached ?? reachServer(options.origin);
  const store = await openStore(options.database ?? DATABASE);
  const identity = await takeIdentity(store);
  const client = new StarlingClient(options.origin, store, identity, createWebRtcTransport(), openSocket);
  await client.loadShares();
  return client;
}

async function openStore(name: string): Promise<PieceStore> {
  try {
    return await openIndexedDbStore(name);
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    throw new StorageError(
      "unavailable",
      "This browser does not let the page store anything, which Starling needs to keep what it received. Leave private browsing, or allow storage for this page, and reload it.",
    );
  }
}

class StarlingClient implements Client {
  readonly nodeId: NodeId;
  readonly overlay: OverlayApi;
  readonly #unwatch: () => void;
  readonly #core: Core;
  readonly #shelf: Shelf;
  readonly #transport: Transport;
  readonly #identity: Identity;
  readonly #notifier = new Notifier();
  readonly #startedAt = performance.now();
  readonly #timers: ReturnType<typeof setInterval>[];
  readonly #unwatchLimits: () => void;
  #limits = savedLimits();
  #closed = false;

  constructor(origin: string, store: PieceStore, identity: Identity, transport: Transport, openSocket: OpenSocket) {
    this.nodeId = identity.nodeId;
    this.#identity = identity;
    this.#transport = transport;
    this.#core = wireCore({
      origin,
      store,
      identity,
      transport,
      openSocket,
      changed: () => this.#notifier.changed(),
      progressed: () => this.#notifier.progressed(),
      message: (from, payload) => this.overlay.heard({ from, payload }),
      topicMessage: (topic, from, payload) => this.overlay.heardTopic(topic, { from, payload }),
    });
    this.#shelf = new Shelf(this.#core);
    const { overlay } = this.#core;
    this.overlay = new OverlayApi(overlay, () => overlayView(this.#core));
    overlay.input({ type: "clock", wallMs: Date.now(), serverMs: null });
    overlay.input({ type: "contacts", contacts: identity.contacts });
    overlay.input({ type: "numbers", numbers: identity.numbers });
    this.#unwatch = watchPage(overlay, () => this.#shelf.leaving());
    this.#unwatchLimits = watchLimits((limits) => this.#applyLimits(limits));
    this.#applyLimits(this.#limits);
    this.#core.tabs.listen((message) => void this.#shelf.heard(message));
    this.#timers = [setInterval(() => this.#tick(), TICK_MS), setInterval(() => this.#report(), REPORT_MS)];
  }

  async share(sources: readonly Source[], options: ShareOptions = {}): Promise<Share> {
    void askToKeep();
    return makeShare(this.#core, (data, bytesTotal) => this.#shelf.addPreparing(data, bytesTotal), sources, options);
  }

  open(link: string, options: OpenOptions = {}): Promise<Share> {
    return openLink(this.#shelf, link, options);
  }

  shares(): readonly Share[] {
    return this.#shelf.shares().sort((a, b) => b.created - a.created);
  }

  stats(): Stats {
    const { network, overlay } = this.#core;
    const { mode, known, records, links } = overlay.view();
    return {
      nodeId: this.nodeId,
      links: network.links.size,
      linksByKind: {
        overlay: links.filter(({ wanted }) => wanted).length,
        swarm: links.filter(({ id }) => network.isForTransfer(id)).length,
      },
      peerConnectionsCreated: this.#transport.created,
      signaling: network.signalingOpen ? "open" : "closed",
      dht: { mode, contacts: known, records },
      bytesSent: network.links.bytesSent,
      bytesReceived: network.links.bytesReceived,
      uptimeSeconds: (performance.now() - this.#startedAt) / 1000,
    };
  }

  get limits(): SpeedLimits {
    return this.#limits;
  }

  limit(limits: SpeedLimits): void {
    this.#applyLimits(checkLimits(limits));
    saveLimits(this.#limits);
  }

  subscribe(listener: () => void): () => void {
    return this.#notifier.subscribe(listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    const shares = this.#shelf.shares();
    await Promise.all(shares.map((share) => share.end("The client was closed.")));
    await this.#core.writeBehind.flush();
    this.#unwatch();
    this.#unwatchLimits();
    this.#core.swarm.close();
    this.#core.overlay.close();
    this.#core.network.close();
    this.#core.tabs.close();
    for (const share of shares) share.releaseLock();
    this.#identity.release();
    await this.#core.store.close();
  }

  /** Saved shares go on by themselves. */
  loadShares(): Promise<void> {
    return this.#shelf.load();
  }

  #applyLimits(limits: SpeedLimits): void {
    this.#limits = limits;
    this.#core.swarm.limit(null, limits);
    this.#notifier.changed();
  }

  #tick(): void {
    this.#core.network.tick();
    this.#core.overlay.tick();
    this.#core.swarm.tick();
  }

  #report(): void {
    this.#shelf.report();
    this.#notifier.progressed();
  }
}
