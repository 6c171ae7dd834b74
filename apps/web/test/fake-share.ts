import type { FileInfo, Peer, Progress, Share, ShareState, SpeedLimits } from "../../../packages/client/src/api.ts";

export interface ShareSeed {
  readonly id: string;
  readonly title: string;
  readonly files: readonly FileInfo[];
  readonly folders?: readonly string[];
  readonly state: ShareState;
  readonly mine?: boolean;
  readonly status?: string;
  readonly error?: string;
  /** Part of the selection verified, 0 to 1. */
  readonly done?: number;
  readonly selection?: readonly string[];
  readonly progress?: Partial<Progress>;
  readonly peers?: readonly Peer[];
  readonly hasPassword?: boolean;
  readonly canReattach?: boolean;
}

export interface Events {
  readonly changed: () => void;
  readonly removed: (share: FakeShare) => void;
}

const LINK = `https://starling.example/#/s/${"q4Zt".repeat(10)}abc.${"Kp9x".repeat(10)}def.${"7Lm2".repeat(10)}ghi`;

/** A share that moves at a steady rate and serves a byte pattern. */
export class FakeShare implements Share {
  readonly id: string;
  readonly title: string;
  readonly files: readonly FileInfo[];
  readonly folders: readonly string[];
  readonly mine: boolean;
  readonly hasPassword: boolean;
  readonly canReattach: boolean;
  readonly created = Date.UTC(2026, 10, 1);
  readonly peers: readonly Peer[];
  root: string | null = "cd".repeat(32);
  state: ShareState;
  error: string | null;
  selection: readonly string[];
  limits: SpeedLimits = { up: null, down: null };
  #done: number;
  #orderOf: { selection: readonly string[]; places: ReadonlyMap<string, number> } = {
    selection: [],
    places: new Map(),
  };
  readonly #seed: ShareSeed;
  readonly #events: Events;

  constructor(seed: ShareSeed, events: Events) {
    this.#seed = seed;
    this.#events = events;
    this.id = seed.id;
    this.title = seed.title;
    this.files = seed.files;
    this.folders = seed.folders ?? [];
    this.mine = seed.mine ?? false;
    this.hasPassword = seed.hasPassword ?? false;
    this.canReattach = seed.canReattach ?? false;
    this.peers = seed.peers ?? [];
    this.state = seed.state;
    this.error = seed.error ?? null;
    this.selection =
      seed.selection ?? (this.mine || seed.state === "complete" ? seed.files.map(({ path }) => path) : []);
    this.#done = seed.done ?? (seed.state === "complete" || seed.state === "seeding" ? 1 : 0);
  }

  limit(limits: SpeedLimits): void {
    this.limits = limits;
    this.#events.changed();
  }

  get link() {
    return this.state === "preparing" || this.files.length === 0 ? null : LINK;
  }

  get status() {
    return this.#seed.state === this.state && this.#seed.status ? this.#seed.status : STATUS[this.state];
  }

  get progress(): Progress {
    const wanted = new Set(this.selection);
    const bytesTotal = this.files.reduce((sum, { path, size }) => (wanted.has(path) ? sum + size : sum), 0);
    const bytesVerified = Math.floor(bytesTotal * this.#done);
    const moving = this.state === "downloading" || this.state === "preparing";
    const rates = { downRate: moving ? 8_400_000 : 0, upRate: this.mine ? 6_100_000 : 350_000 };
    const etaSeconds = moving ? (bytesTotal - bytesVerified) / rates.downRate : null;
    const bytes = {
      bytesVerified,
      bytesTotal,
      bytesDownloaded: this.mine ? 0 : bytesVerified,
      bytesUploaded: 23_000_000,
    };
    return { ...bytes, ...rates, peers: this.peers.length, copies: 2, etaSeconds, ...this.#seed.progress };
  }

  advance(seconds: number): void {
    if (this.state !== "downloading") return;
    const { bytesTotal, downRate } = this.progress;
    this.#done = Math.min(1, this.#done + (downRate * seconds) / Math.max(1, bytesTotal));
    if (this.#done === 1) this.state = "complete";
  }

  finishPreparing(): void {
    this.state = "seeding";
    this.#done = 1;
    this.#events.changed();
  }

  fileProgress(path: string): number {
    const index = this.#order().get(path);
    if (index === undefined) return 0;
    const { size } = this.files[index] ?? { size: 0 };
    return Math.floor(size * Math.min(1, Math.max(0, this.#done * this.files.length - index)));
  }

  /** Place of each selected path; files arrive in their order. */
  #order(): ReadonlyMap<string, number> {
    if (this.#orderOf.selection !== this.selection) {
      const wanted = new Set(this.selection);
      const places = this.files.map(({ path }, index) => [path, index] as const);
      this.#orderOf = { selection: this.selection, places: new Map(places.filter(([path]) => wanted.has(path))) };
    }
    return this.#orderOf.places;
  }

  #set(state: ShareState): void {
    this.state = state;
    this.#events.changed();
  }

  download = async (paths?: readonly string[]) => {
    this.selection = [...new Set([...this.selection, ...(paths ?? this.files.map(({ path }) => path))])];
    this.#set("downloading");
  };
  deselect = (paths: readonly string[]) => {
    this.selection = this.selection.filter((path) => !paths.includes(path));
    this.#events.changed();
  };
  pause = () => this.#set("paused");
  resume = () => this.#set(this.mine ? "seeding" : "downloading");
  attach = async () => this.#set("seeding");
  reattach = async () => this.#set("seeding");
  useHere = async () => this.#set("downloading");
  remove = async () => this.#events.removed(this);
  blob = (path: string) => new Response(this.stream(path)).blob();

  stream(path: string): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { size } = this.files.find((file) => file.path === path) ?? { size: 0 };
    return new Blob([new Uint8Array(size).fill(7)]).stream();
  }
}

const STATUS: Record<ShareState, string> = {
  preparing: "Encrypting and fingerprinting your files.",
  seeding: "Ready. Send the link to whoever should get this.",
  idle: "Connected to 2 peers. Nothing is fetched until you say so.",
  downloading: "Downloading from 2 peers.",
  paused: "Paused. Nothing is sent or received.",
  waiting: "Looking for the sender's browser…",
  complete: "Everything is here and checked.",
  "needs-files": "The browser no longer has access to the files.",
  elsewhere: "Downloading in another tab.",
  failed: "Stopped.",
};
