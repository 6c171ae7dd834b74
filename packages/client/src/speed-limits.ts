import type { SpeedLimits } from "./api.ts";

/** No limit either way. */
export const UNLIMITED: SpeedLimits = { up: null, down: null };

/** localStorage, so that the limits hold in every tab and on the next visit. */
const KEY = "starling:limits";

export function savedLimits(): SpeedLimits {
  try {
    return checkLimits(JSON.parse(globalThis.localStorage.getItem(KEY) ?? "null"));
  } catch {
    return UNLIMITED;
  }
}

/** Keeps the limits for other tabs and the next visit, unless the storage is full or blocked: then they hold in this tab. */
export function saveLimits(limits: SpeedLimits): void {
  try {
    globalThis.localStorage.setItem(KEY, JSON.stringify(limits));
  } catch {
    // The caller has applied them already.
  }
}

/** Calls back when another tab saved limits; returns how to stop. */
export function watchLimits(changed: (limits: SpeedLimits) => void): () => void {
  const heard = ({ key }: StorageEvent) => {
    if (key === KEY || key === null) changed(savedLimits());
  };
  globalThis.addEventListener("storage", heard);
  return () => globalThis.removeEventListener("storage", heard);
}

/** Of anything, limits: what is no number above 0 is no limit. */
export function checkLimits(value: unknown): SpeedLimits {
  const { up, down } = (value ?? {}) as Partial<Record<"up" | "down", unknown>>;
  return { up: rateOf(up), down: rateOf(down) };
}

export function isLimited({ up, down }: SpeedLimits): boolean {
  return up !== null || down !== null;
}

function rateOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : null;
}
