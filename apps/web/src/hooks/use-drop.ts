import type { Source } from "@starling/client";
import { useEffect, useState } from "react";
import { carriesFiles, sourcesOfDrop } from "../sources/drop.ts";
import { reportFailure } from "../state/notices.ts";

/** Accepts files dropped anywhere in the window; true while they hover over it. */
export function useDrop(onSources: (sources: readonly Source[]) => void): boolean {
  const [hovering, setHovering] = useState(false);
  useEffect(() => {
    const onOver = (event: DragEvent) => {
      if (!carriesFiles(event.dataTransfer)) return;
      event.preventDefault();
      setHovering(true);
    };
    // Leaving one element for another also fires; only leaving the window has no related target.
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setHovering(false);
    };
    const onDrop = (event: DragEvent) => {
      setHovering(false);
      if (!event.dataTransfer || !carriesFiles(event.dataTransfer)) return;
      event.preventDefault();
      sourcesOfDrop(event.dataTransfer).then(onSources, reportFailure);
    };
    const listening = new AbortController();
    const { signal } = listening;
    addEventListener("dragenter", onOver, { signal });
    addEventListener("dragover", onOver, { signal });
    addEventListener("dragleave", onLeave, { signal });
    addEventListener("drop", onDrop, { signal });
    return () => listening.abort();
  }, [onSources]);
  return hovering;
}
