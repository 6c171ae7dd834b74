import type { Source } from "@starling/client";
import { Upload } from "lucide-react";
import { useCallback } from "react";
import { useRoute } from "wouter";
import { useDrop } from "../hooks/use-drop.ts";
import { attachSources, shareSources } from "../state/actions.ts";
import { useApp } from "../state/store.ts";

/** The whole window takes a drop: a new share, or the files that the shown share asks for again. */
export function DropTarget() {
  const [, params] = useRoute("/share/:id");
  const needy = useApp(({ shares }) => shares.find(({ id, state }) => id === params?.id && state === "needs-files"));
  const attachTo = needy?.id;
  const onSources = useCallback(
    (sources: readonly Source[]) =>
      void (attachTo === undefined ? shareSources(sources) : attachSources(attachTo, sources)),
    [attachTo],
  );
  if (!useDrop(onSources)) return null;
  return (
    <div className="drop-overlay" aria-hidden="true">
      <div className="drop-overlay-frame">
        <Upload />
        {attachTo === undefined ? "Drop to share" : "Drop the same files"}
      </div>
    </div>
  );
}
