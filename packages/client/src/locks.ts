/** A Web Lock that this tab holds. `lost` resolves when another tab stole it. */
export interface HeldLock {
  release(): void;
  readonly lost: Promise<void>;
}

export interface LockWish {
  /** How long to wait for a holder to let go: 0 not at all, Infinity as long as it takes. */
  readonly waitMs: number;
  /** Take it from its holder. */
  readonly steal?: boolean;
  /** Stops waiting. */
  readonly signal?: AbortSignal;
}

/**
 * Takes the Web Lock `name`, or null if it was not to be had in time or waiting was stopped. Locks end with the tab,
 * however it ends, which is why they and no stored flag say what another tab is doing.
 */
export function holdLock(name: string, wish: LockWish): Promise<HeldLock | null> {
  return new Promise((resolve) => {
    let reportLoss: (() => void) | null = null;
    const hold = (lock: Lock | null): Promise<void> | undefined => {
      if (lock === null) {
        resolve(null);
        return undefined;
      }
      const lost = new Promise<void>((resolveLost) => {
        reportLoss = resolveLost;
      });
      return new Promise<void>((release) => resolve({ release, lost }));
    };
    navigator.locks.request(name, lockOptions(wish), hold).catch(() => (reportLoss ? reportLoss() : resolve(null)));
  });
}

function lockOptions(wish: LockWish): LockOptions {
  if (wish.steal) return { steal: true };
  if (wish.waitMs === 0) return { ifAvailable: true };
  const signals = wish.signal ? [wish.signal] : [];
  if (Number.isFinite(wish.waitMs)) signals.push(AbortSignal.timeout(wish.waitMs));
  return signals.length > 0 ? { signal: AbortSignal.any(signals) } : {};
}
