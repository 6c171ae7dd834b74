import { useCallback, useMemo, useState } from "react";
import { initialPicks, isChecked, togglePicks } from "../logic/picks.ts";
import { deselect } from "../state/actions.ts";
import { liveShare } from "../state/runtime.ts";
import type { ShareView } from "../state/share-view.ts";

export interface FileChoiceState {
  /** Checked, and not yet in the client's selection. */
  readonly picks: ReadonlySet<string>;
  readonly isChecked: (path: string) => boolean;
  readonly toggle: (paths: readonly string[], checked: boolean) => void;
}

/** The checkboxes of a received share: local until Download, then the client's own selection. */
export function useFileChoice(share: ShareView): FileChoiceState {
  const { id, files } = share;
  const [picks, setPicks] = useState(() => initialPicks(paths(share), share.selection));
  // The list may become known only after the page is shown, when nobody was there at first.
  const [known, setKnown] = useState(files);
  if (known !== files) {
    setKnown(files);
    if (known.length === 0) setPicks(initialPicks(paths(share), share.selection));
  }
  const selection = useMemo(() => new Set(share.selection), [share.selection]);
  const isBoxChecked = useCallback((path: string) => isChecked({ picks, selection }, path), [picks, selection]);
  const toggle = useCallback(
    (changed: readonly string[], checked: boolean) => {
      const live = liveShare(id);
      const sizes = new Map(live?.files.map(({ path, size }) => [path, size]));
      const isHere = (path: string) => (live?.fileProgress(path) ?? 0) >= (sizes.get(path) ?? 0);
      const next = togglePicks({ picks, selection }, changed, checked, isHere);
      setPicks(next.picks);
      deselect(id, next.deselect);
    },
    [id, picks, selection],
  );
  const outstanding = useMemo(() => new Set([...picks].filter((path) => !selection.has(path))), [picks, selection]);
  return { picks: outstanding, isChecked: isBoxChecked, toggle };
}

function paths({ files }: ShareView): string[] {
  return files.map(({ path }) => path);
}
