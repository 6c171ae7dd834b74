import type { BucketView, DhtView, LinkView, LookupView } from "@starling/dht";
import type { Reached } from "./reach.ts";

export type { BucketView, DhtView, LinkView, LookupView };

/**
 * What `share` and `attach` take. A File's path is its `webkitRelativePath`, else its name; `/` separates segments. Handles
 * are kept, so that a large share may have its files again after a reload; that of a folder serves for all that is in it.
 */
export type Source =
  | File
  | { readonly path: string; readonly file: File; readonly handle?: FileSystemFileHandle }
  | { readonly path: string; readonly folder: true; readonly handle?: FileSystemDirectoryHandle };

export interface FileInfo {
  /** Segments joined by `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** MIME type, empty if unknown. */
  readonly type: string;
}

/**
 * `preparing` being hashed; `idle` listed, nothing wanted; `waiting` wanted but no source; `complete` selection verified
 * and still served; `seeding` shared from here; `needs-files` a share whose files must be chosen again: others see only
 * the list until then, or nothing if its tab was closed while it was `preparing`; `elsewhere` runs in another tab of this
 * browser.
 */
export type ShareState =
  | "preparing"
  | "seeding"
  | "idle"
  | "downloading"
  | "paused"
  | "waiting"
  | "complete"
  | "needs-files"
  | "elsewhere"
  | "failed";

/** Bytes and bytes per second. While preparing, `bytesVerified` counts hashed bytes and `downRate` is the hashing rate. */
export interface Progress {
  readonly bytesVerified: number;
  /** Size of the selection. */
  readonly bytesTotal: number;
  /** Of this share over all visits, as sent over the network; a crash may lose the last five seconds. */
  readonly bytesDownloaded: number;
  readonly bytesUploaded: number;
  readonly downRate: number;
  readonly upRate: number;
  readonly peers: number;
  /** Whole copies that linked peers and this browser hold together. */
  readonly copies: number;
  readonly etaSeconds: number | null;
}

/**
 * Bytes of content per second that may be sent and received; null: no limit. Without one, sending still leaves the line
 * usable for others: it backs off as soon as packets wait.
 */
export interface SpeedLimits {
  readonly up: number | null;
  readonly down: number | null;
}

/** One linked peer of a share, for the Peers list. */
export interface Peer {
  readonly id: string;
  /** Part of the share that it has, 0 to 1; null before it said. */
  readonly completion: number | null;
  readonly downRate: number;
  readonly upRate: number;
  readonly bytesDownloaded: number;
  readonly bytesUploaded: number;
  /** What flows now, in both directions. */
  readonly activity: "sending" | "receiving" | "both" | "waiting-for-slot" | "idle";
  readonly relayed: boolean;
  readonly roundTripMs: number | null;
}

/**
 * A live object: its properties change; {@link Client.subscribe} tells when. Whatever changes a share that runs `elsewhere`
 * moves it to this tab first, as {@link Share.useHere} does.
 */
export interface Share {
  /** Stable and local; names the share in addresses and lists. */
  readonly id: string;
  /** Null until it is prepared. */
  readonly link: string | null;
  /** Hex; null until it is prepared. */
  readonly root: string | null;
  readonly title: string;
  readonly files: readonly FileInfo[];
  /** Empty folders. */
  readonly folders: readonly string[];
  readonly state: ShareState;
  /** A sentence for a person. */
  readonly error: string | null;
  /** What is happening, as a sentence for a person; never empty. */
  readonly status: string;
  readonly progress: Progress;
  /** Paths wanted or already verified here; what a checkbox shows once fetching began. */
  readonly selection: readonly string[];
  /** Of this share; those of the client hold as well. */
  readonly limits: SpeedLimits;
  readonly peers: readonly Peer[];
  /** Made here (rather than opened from a link). */
  readonly mine: boolean;
  readonly hasPassword: boolean;
  /** Ms since the epoch. */
  readonly created: number;
  /** For `needs-files`: whether the browser kept handles, so that one click of permission is enough. */
  readonly canReattach: boolean;
  /** Bytes of this file verified here. */
  fileProgress(path: string): number;
  /**
   * Adds to the selection (none: all) and resolves when the selection is complete; pending through pause.
   * Rejects with PathError, AbortError (removed or closed), or the share's error.
   */
  download(paths?: readonly string[]): Promise<void>;
  deselect(paths: readonly string[]): void;
  pause(): void;
  resume(): void;
  /** Sets and keeps `limits`. What is no number above 0 is no limit. */
  limit(limits: SpeedLimits): void;
  /**
   * Gives a share that needs its files these; rejects with SourceError naming what differs. One without a link is prepared
   * first, as by {@link Client.share}.
   */
  attach(sources: readonly Source[]): Promise<void>;
  /** Asks the browser for the kept handles' permission (needs a user gesture) and attaches. */
  reattach(): Promise<void>;
  /** For `elsewhere`: the other tab lets go and the share runs here. */
  useHere(): Promise<void>;
  /** Stops, and deletes its pieces where no other share needs them. On a preparing share: cancels. */
  remove(): Promise<void>;
  /** Decrypted content of a complete file; rejects with PathError or NotCompleteError. */
  blob(path: string): Promise<Blob>;
  /** Fetches what is missing, in order; `end` exclusive. Cancelling stops its fetching. */
  stream(path: string, start?: number, end?: number): ReadableStream<Uint8Array>;
}

export interface Stats {
  readonly nodeId: string;
  readonly links: number;
  readonly linksByKind: { readonly overlay: number; readonly swarm: number };
  readonly peerConnectionsCreated: number;
  readonly signaling: "open" | "closed";
  readonly dht: { readonly mode: "leaf" | "full"; readonly contacts: number; readonly records: number };
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly uptimeSeconds: number;
}

/** A message over the overlay. `from` proved itself. */
export interface OverlayMessage {
  /** Node id of the sender. */
  readonly from: string;
  readonly payload: Uint8Array;
}

/** A version of a named value, by one publisher. */
export interface FoundValue {
  readonly publisher: string;
  readonly seq: number;
  readonly value: Uint8Array;
}

/** One link of this browser. Times in ms, bytes of overlay frames. */
export interface OverlayLink extends LinkView {
  /** Over a relay (TURN); null until measured. */
  readonly relayed: boolean | null;
  /** Ms since the link came up. */
  readonly age: number;
  /** Whether some share wants it. */
  readonly transfer: boolean;
}

/** This node in the overlay, as it is now. */
export interface OverlayView extends Omit<DhtView, "links"> {
  readonly links: readonly OverlayLink[];
  /** RTCPeerConnections that a tab may make in its life. */
  readonly connectionLimit: number;
}

/**
 * The overlay: a Kademlia of the browsers that are open. Everything rejects with OverlayError, whose `code` says why:
 * `unreachable` nobody answered, `too-large`, `limited` too much at once, `bad-key` malformed id or root; further codes
 * stand with each method. Records are signed, kept by the eight browsers nearest their key, and run out unless their
 * publisher stays online; this client stores its own again in time.
 */
export interface Overlay {
  /** Stores a value (1 KiB at most) of ours under a name; returns its sequence number. `not-stored`: too few took it. */
  put(name: string, value: Uint8Array): Promise<number>;
  /** All publishers' values under a name, newest first. `not-found`. */
  get(name: string): Promise<readonly FoundValue[]>;
  /** Takes our value under a name away. `not-stored`. */
  remove(name: string): Promise<void>;
  /** Stores up to 4 KiB under their hash, and returns that key. `not-stored`. */
  putImmutable(value: Uint8Array): Promise<Uint8Array>;
  /** `not-found`. */
  getImmutable(key: Uint8Array): Promise<Uint8Array>;
  /**
   * Stores a value under our public key and `salt` (64 bytes at most) if the version that stands is `expected` (null: none);
   * returns its sequence number. `conflict`: another version stands. `not-stored`.
   */
  putMutable(salt: Uint8Array, value: Uint8Array, expected: number | null): Promise<number>;
  /** The newest version. `not-found`; `equivocation`: its publisher signed two of one number. */
  getMutable(publicKey: Uint8Array, salt: Uint8Array): Promise<{ readonly value: Uint8Array; readonly seq: number }>;
  /** Says that this browser has (part of) the share; shares of this client are provided by themselves. `not-stored`. */
  provide(root: string): Promise<void>;
  unprovide(root: string): Promise<void>;
  /** Node ids of providers, live ones first; empty if there are none. */
  findProviders(root: string): Promise<readonly string[]>;
  /** To the node nearest this id; resolves with that node's id. At most 4 KiB. */
  send(id: string, message: Uint8Array): Promise<string>;
  /** To all subscribers of a topic; resolves with how many got it. */
  publish(topic: string, message: Uint8Array): Promise<number>;
  /** To one subscriber, whose id it resolves with. `no-subscriber`. */
  anycast(topic: string, message: Uint8Array): Promise<string>;
  /** Resolves with how to stop. */
  subscribe(topic: string, listener: (message: OverlayMessage) => void): Promise<() => void>;
  /** Messages that others `send`, to this node or an id that it is nearest to; returns how to stop. */
  onMessage(listener: (message: OverlayMessage) => void): () => void;
  /** The nodes nearest a key (32 bytes), nearest first. */
  lookup(key: Uint8Array): Promise<readonly string[]>;
  /** Plain data, made anew by each call. */
  view(): OverlayView;
}

export interface ShareOptions {
  readonly title?: string;
  readonly password?: string;
  /** Told the share at once, while it is preparing. */
  readonly onPreparing?: (share: Share) => void;
}

export interface OpenOptions {
  readonly password?: string;
  readonly signal?: AbortSignal;
}

export interface Client {
  /** Hex, 64 characters. */
  readonly nodeId: string;
  /**
   * Resolves once everything is hashed and the link is known; works offline. Rejects with SourceError (nothing to share,
   * a name that cannot travel, too many pieces, a file changed or unreadable), AbortError, or StorageError when not even
   * the list of files finds room: without room for a copy the files are sent from where they are, and `status` says so.
   */
  share(sources: readonly Source[], options?: ShareOptions): Promise<Share>;
  /**
   * Resolves with the file list known; fetches no content. The same root again gives the same Share. Rejects with
   * LinkError, PasswordError, AbortError, or after 20 s NotFoundError, whose `share` stays in the list as `waiting`.
   */
  open(link: string, options?: OpenOptions): Promise<Share>;
  /** Preparing ones too; newest first. */
  shares(): readonly Share[];
  stats(): Stats;
  /** Of all shares that run in this tab together. */
  readonly limits: SpeedLimits;
  /** Sets and keeps `limits`, for all tabs of this browser. What is no number above 0 is no limit. */
  limit(limits: SpeedLimits): void;
  readonly overlay: Overlay;
  /** `listener` is called at most once a frame when anything changed; returns how to stop. */
  subscribe(listener: () => void): () => void;
  /** Persists, says goodbye to peers, rejects what is pending with AbortError. */
  close(): Promise<void>;
}

/** How the page makes its client. */
export interface ClientOptions {
  /** Base address of the server, e.g. `https://starling.example/`; links start with it. */
  readonly origin: string;
  /** Name of the IndexedDB database. */
  readonly database?: string;
  /** From `reachServer(origin)`, if the page began to reach the server before it had the client. */
  readonly reached?: Reached;
}
