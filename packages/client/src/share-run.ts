import { equalBytes, type Manifest, makeBitfield } from "@starling/protocol";
import { hasCatalog, readCatalog, storedPiece } from "./catalog-reading.ts";
import type { Core } from "./core.ts";
import { presentPieces, servedPieces } from "./piece-census.ts";
import type { ShareModel } from "./share-model.ts";
import { BAD_SHARE, fileChanged, NO_HONEST_SOURCE, NO_ROOM, STORE_BROKEN } from "./share-problems.ts";
import type { SwarmShare } from "./swarm-effects.ts";
import { sameTotals, type Totals, Traffic } from "./traffic.ts";
import { fits } from "./unlock.ts";

/** What a run tells the share whose run it is. */
export interface RunEvents {
  changed(): void;
  /** Something is wrong; `fatal` when nothing more can come of it. */
  problem(sentence: string, fatal: boolean): void;
  /** Pieces come again: what was wrong with the sources is over. */
  recovered(): void;
  /** The store has no room, so fetching stands still. */
  outOfRoom(sentence: string): void;
}

/** A share taking part in the swarm from this tab, from `start` to `stop`. */
export class ShareRun implements SwarmShare {
  readonly id: string;
  readonly #core: Core;
  readonly #model: ShareModel;
  readonly #events: RunEvents;
  readonly #traffic = new Traffic();
  #listing = false;
  #stopped = false;
  #takesPart = false;

  constructor(core: Core, model: ShareModel, events: RunEvents) {
    this.id = model.id;
    this.#core = core;
    this.#model = model;
    this.#events = events;
    this.#traffic.begin(model.data);
  }

  /** Verified pieces, while the share takes part with a manifest. */
  get #have(): Uint8Array | null {
    return this.#core.swarm.view(this.#model.root)?.have ?? null;
  }

  /** What is here has been counted, and peers are told of it. */
  get takesPart(): boolean {
    return this.#takesPart;
  }

  get manifest(): Manifest | null {
    return this.#model.manifest;
  }

  async start(): Promise<void> {
    const { manifest } = this.#model;
    const fromFiles = (this.#model.content?.sources.size ?? 0) > 0;
    const have = manifest && (await (fromFiles ? servedPieces : presentPieces)(this.#core.store, manifest));
    if (manifest && have) this.#register(manifest, have);
    this.#join(have);
    this.#takesPart = true;
    if (have?.some((byte) => byte !== 0)) this.#core.providers.provide(this.#model.root);
  }

  /** Blocks received and sent over all visits. */
  totals(view = this.#core.swarm.view(this.#model.root)): Totals {
    return this.#traffic.totals(view);
  }

  /** Writes the totals into the record now and then, so that they outlive the page however it ends. */
  keepTotals(now: number): void {
    if (this.#traffic.isDue(this.totals(), this.#model.data, now)) this.writeTotals();
  }

  /** Writes them now: a page that is being left or is done may not be there in five seconds. */
  writeTotals(): void {
    const totals = this.totals();
    if (sameTotals(totals, this.#model.data)) return;
    Object.assign(this.#model.data, totals);
    void this.#model.save();
  }

  /** Leaves the swarm; what is verified is written first. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#core.providers.unprovide(this.#model.root);
    this.#leave();
    await this.#core.writeBehind.flush();
    await this.#core.writeBehind.forget(this.id);
  }

  /** The selection changed. */
  want(): void {
    if (this.#stopped) return;
    const { root } = this.#model;
    this.#core.swarm.want(root, this.#model.wantedRanges(), this.#model.earlyPieces());
  }

  /** What a stream needs changed. */
  streamWants(reader: number): void {
    if (this.#stopped) return;
    const { root, readings, manifest } = this.#model;
    this.#core.swarm.deadlines(root, reader, readings.get(reader) ?? null, manifest?.catalogPieces ?? 0);
  }

  /** A piece that should be here is not: it is withdrawn, and fetched again if wanted. */
  missing(piece: number): void {
    this.#core.swarm.missing(this.#model.root, piece);
  }

  manifestArrived(bytes: Uint8Array): void {
    void this.#learnManifest(bytes).catch(() => this.#events.problem(BAD_SHARE, true));
  }

  gained(pieces: readonly number[]): void {
    this.#model.mark(pieces, true);
    this.#core.providers.provide(this.#model.root);
    this.#events.recovered();
  }

  withdrawn(pieces: readonly number[]): void {
    this.#model.mark(pieces, false);
    this.#core.writeBehind.withdraw(this.id, pieces);
    this.#events.changed();
  }

  complete(): void {
    this.listCatalogIfHere();
    this.writeTotals();
    this.#events.changed();
  }

  failed(): void {
    this.#events.problem(NO_HONEST_SOURCE, true);
  }

  storeRefused(reason: "quota" | "unavailable"): void {
    this.#events.outOfRoom(reason === "quota" ? NO_ROOM : STORE_BROKEN);
  }

  async load(piece: number): Promise<Uint8Array | null> {
    const { content, manifest, selection } = this.#model;
    if (!content || !selection) return manifest ? storedPiece(this.#core.store, manifest, piece) : null;
    const file = selection.fileOf(piece - content.manifest.catalogPieces);
    const bytes = await content.encrypted(piece, file);
    if (bytes === "file-changed") this.#events.problem(fileChanged(this.#model.files[file]?.path ?? "A file"), false);
    return typeof bytes === "string" ? null : bytes;
  }

  findProviders(): void {
    this.#core.providers.find(this.#model.root, this.#model.data.hints);
  }

  /** Reads the catalog if all its pieces are here and its keys are known. */
  listCatalogIfHere(): void {
    const { manifest, data, isListed } = this.#model;
    if (this.#listing || isListed || !manifest || !data.unlocked || !hasCatalog(manifest, this.#have)) return;
    this.#listing = true;
    void this.#list()
      .catch(() => this.#events.problem(BAD_SHARE, true))
      .finally(() => {
        this.#listing = false;
      });
  }

  async #learnManifest(bytes: Uint8Array): Promise<void> {
    const { data } = this.#model;
    this.#model.learnManifest(bytes);
    const manifest = this.#model.manifest;
    if (!manifest || this.#stopped) return;
    if (!manifest.hasPassword && fits(manifest, data.secret)) data.unlocked = data.secret;
    this.#register(manifest, makeBitfield(manifest.pieceCount));
    // The catalog comes over the network while the store is asked, which takes long for thousands of pieces.
    this.#events.changed();
    this.want();
    await this.#adoptPresent(manifest);
    await this.#saved();
  }

  /** Pieces that another share brought here already need no fetching: take part anew, with them. */
  async #adoptPresent(manifest: Manifest): Promise<void> {
    const present = await presentPieces(this.#core.store, manifest);
    const known = this.#have ?? makeBitfield(manifest.pieceCount);
    const have = present.map((byte, i) => byte | (known[i] ?? 0));
    if (this.#stopped || equalBytes(have, known)) return;
    this.#register(manifest, have);
    this.#leave();
    this.#join(have);
  }

  #join(have: Uint8Array | null): void {
    const { root, data } = this.#model;
    const [wanted, early] = [this.#model.wantedRanges(), this.#model.earlyPieces()];
    this.#core.swarm.add(root, this, { manifest: data.manifest, have, wanted, early, paused: data.paused });
    this.#core.swarm.limit(root, data.limits);
    for (const reader of this.#model.readings.keys()) this.streamWants(reader);
  }

  #leave(): void {
    const totals = this.totals();
    Object.assign(this.#model.data, totals);
    this.#traffic.begin(totals);
    this.#core.swarm.remove(this.#model.root);
  }

  async #list(): Promise<void> {
    const { manifest, data } = this.#model;
    if (!manifest || !data.unlocked) return;
    const catalog = await readCatalog(this.#core, manifest, data.unlocked);
    if (typeof catalog === "number") return this.missing(catalog);
    this.#model.learnCatalog(catalog);
    const have = this.#have;
    if (have) this.#model.markBits(have);
    this.#events.changed();
    this.want();
    await this.#saved();
  }

  #register(manifest: Manifest, have: Uint8Array): void {
    this.#core.writeBehind.register(this.id, manifest.pieceCount, have);
    this.#model.markBits(have);
  }

  /** Whoever stopped the run has saved it, or removed it. */
  async #saved(): Promise<void> {
    if (this.#stopped) return;
    await this.#model.save();
    this.#core.tabs.post({ type: "saved", id: this.id });
  }
}
