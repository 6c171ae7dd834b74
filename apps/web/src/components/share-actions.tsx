import { Pause, Play, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "react-aria-components";
import { holdsOnlyCopy, pauseAction } from "../logic/share-facts.ts";
import { pauseShare, removeShare, resumeShare } from "../state/actions.ts";
import type { ShareView } from "../state/share-view.ts";
import { ConfirmRemoval } from "./confirm-removal.tsx";

interface ShareActionsProps {
  readonly share: ShareView;
  /** Added to the buttons' names in a list, where there are many of them. */
  readonly of?: string;
}

/** Pause or Resume, and Remove. */
export function ShareActions({ share, of }: ShareActionsProps) {
  const [asking, setAsking] = useState(false);
  const named = (name: string) => (of === undefined ? name : `${name} ${of}`);
  const action = pauseAction(share);
  const look = of === undefined ? "button button-plain" : "button button-icon";
  const remove = () => void removeShare(share.id);
  return (
    <div className="actions">
      {action !== null && (
        <Button
          className={look}
          aria-label={named(action)}
          onPress={() => (action === "Pause" ? pauseShare(share.id) : resumeShare(share.id))}
        >
          {action === "Pause" ? <Pause aria-hidden="true" /> : <Play aria-hidden="true" />}
          {of === undefined && action}
        </Button>
      )}
      <Button
        className={look}
        aria-label={named("Remove")}
        onPress={() => (holdsOnlyCopy(share) ? setAsking(true) : remove())}
      >
        <Trash2 aria-hidden="true" />
        {of === undefined && "Remove"}
      </Button>
      <ConfirmRemoval share={share} open={asking} onOpenChange={setAsking} onConfirm={remove} />
    </div>
  );
}
