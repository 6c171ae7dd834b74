/**
 * What the checkboxes of a received share hold. `picks` is wished for but not yet asked of the client; the client's own
 * selection is on its way or here already. A box is checked when its path is in either.
 */
export interface Picks {
  readonly picks: ReadonlySet<string>;
  readonly selection: ReadonlySet<string>;
}

/** Before anything was asked for, everything is picked; afterwards only what the person adds. */
export function initialPicks(paths: readonly string[], selection: readonly string[]): ReadonlySet<string> {
  return selection.length === 0 ? new Set(paths) : new Set();
}

export function isChecked({ picks, selection }: Picks, path: string): boolean {
  return picks.has(path) || selection.has(path);
}

export interface Toggle {
  readonly picks: ReadonlySet<string>;
  /** Paths that the client should stop fetching. */
  readonly deselect: readonly string[];
}

/** Checks or clears `paths` at once; a file that is already here stays (`isHere`), there is nothing to stop. */
export function togglePicks(
  { picks, selection }: Picks,
  paths: readonly string[],
  checked: boolean,
  isHere: (path: string) => boolean,
): Toggle {
  const next = new Set(picks);
  const deselect: string[] = [];
  for (const path of paths) {
    if (checked && !selection.has(path)) next.add(path);
    if (checked) continue;
    next.delete(path);
    if (selection.has(path) && !isHere(path)) deselect.push(path);
  }
  return { picks: next, deselect };
}

/** What `download` is to be given: nothing (all of it) when all files are picked. */
export function pathsToDownload(picks: ReadonlySet<string>, paths: readonly string[]): readonly string[] | undefined {
  const wanted = paths.filter((path) => picks.has(path));
  return wanted.length === paths.length ? undefined : wanted;
}
