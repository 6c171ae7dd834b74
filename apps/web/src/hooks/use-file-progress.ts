import type { FileInfo } from "@starling/client";
import { useEffect, useState } from "react";
import { percentByPath } from "../logic/share-facts.ts";
import { liveShare } from "../state/runtime.ts";

/** Often enough to look alive; asking for thousands of files every frame would cost more than it tells. */
const EVERY_MS = 200;
const MANY_FILES = 500;
const MANY_FILES_EVERY_MS = 1000;

/** Whole percent of each file that is verified here, by path. */
export function useFileProgress(id: string, files: readonly FileInfo[]): ReadonlyMap<string, number> {
  const [percents, setPercents] = useState(() => measure(id, files));
  useEffect(() => {
    const update = () => setPercents((previous) => keepIfSame(measure(id, files), previous));
    update();
    const timer = setInterval(update, files.length > MANY_FILES ? MANY_FILES_EVERY_MS : EVERY_MS);
    return () => clearInterval(timer);
  }, [id, files]);
  return percents;
}

function measure(id: string, files: readonly FileInfo[]): ReadonlyMap<string, number> {
  const live = liveShare(id);
  return percentByPath(files, (path) => live?.fileProgress(path) ?? 0);
}

function keepIfSame(next: ReadonlyMap<string, number>, previous: ReadonlyMap<string, number>): typeof next {
  if (next.size !== previous.size) return next;
  for (const [path, percent] of next) if (previous.get(path) !== percent) return next;
  return previous;
}
