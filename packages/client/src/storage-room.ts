/** WebKitGTK has no `navigator.storage`, Safari before 17 no `estimate` in it. */
function manager(): Partial<StorageManager> {
  const { storage } = navigator as { storage?: StorageManager };
  return storage ?? {};
}

/** Asks the browser not to clear what is stored when it needs room; it may ask the person, or decide by itself. */
export async function askToKeep(): Promise<void> {
  await manager().persist?.();
}

/** Bytes that the origin may store; null where the browser does not say. */
export async function quota(): Promise<number | null> {
  return (await manager().estimate?.())?.quota ?? null;
}
