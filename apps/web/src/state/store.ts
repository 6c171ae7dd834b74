import type { SpeedLimits } from "@starling/client";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { RateSample } from "../logic/rate-history.ts";
import type { OverlaySnapshot } from "./overlay-watch.ts";
import type { NetworkView, ShareView } from "./share-view.ts";

/** What happens to the link in the address bar until it has become a share. */
export type Opening =
  | { readonly route: string; readonly phase: "looking" }
  | { readonly route: string; readonly phase: "password"; readonly message: string; readonly wrong: boolean }
  | { readonly route: string; readonly phase: "failed"; readonly title: string; readonly message: string };

interface Notice {
  readonly text: string;
}

/** Title and password to be used for what is shared next. */
export interface Draft {
  readonly title: string;
  readonly password: string;
}

interface ShownFile {
  readonly shareId: string;
  readonly path: string;
}

export interface AppState {
  /** Newest first, as the client lists them. */
  readonly shares: readonly ShareView[];
  readonly network: NetworkView;
  /** Of all shares together. */
  readonly limits: SpeedLimits;
  /** Null unless the Network page is shown. */
  readonly overlay: OverlaySnapshot | null;
  /** Rates of the last two minutes, by share id. */
  readonly rates: ReadonlyMap<string, readonly RateSample[]>;
  readonly opening: Opening | null;
  readonly notice: Notice | null;
  readonly draft: Draft;
  /** Part of a file or ZIP put together so far, 0 to 1, by {@link saveKey}. */
  readonly saving: ReadonlyMap<string, number>;
  /** The file that is played or viewed; null if none is. */
  readonly shown: ShownFile | null;
}

const INITIAL_STATE: AppState = {
  shares: [],
  network: { links: 0, signaling: "closed" },
  limits: { up: null, down: null },
  overlay: null,
  rates: new Map(),
  opening: null,
  notice: null,
  draft: { title: "", password: "" },
  saving: new Map(),
  shown: null,
};

export function createAppStore() {
  return createStore<AppState>(() => INITIAL_STATE);
}

export type AppStore = ReturnType<typeof createAppStore>;

/** The one store of the page. */
export const appStore: AppStore = createAppStore();

export function useApp<T>(select: (state: AppState) => T): T {
  return useStore(appStore, select);
}

export function useShareView(id: string): ShareView | undefined {
  return useApp(({ shares }) => shares.find((share) => share.id === id));
}

/** Names one running save; `path` null is the ZIP of all. */
export function saveKey(shareId: string, path: string | null): string {
  return path === null ? shareId : `${shareId}/${path}`;
}
