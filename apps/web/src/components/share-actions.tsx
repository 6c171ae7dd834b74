import { Pause, Play, Trash2 } from "lucide-react";
import { memo, useCallback, useRef, useState } from "react";
import { Button } from "react-aria-components";
import { holdsOnlyCopy, pauseAction } from "../logic/share-facts.ts";
import { pauseShare, removeShare, resumeShare } from "../state/actions.ts";
import type { ShareView } from "../state/share-view.ts";
import { ConfirmRemoval } from "./confirm-removal.tsx";
import { ShareSpeedLimits } from "./speed-limits.tsx";

interface ShareActionsProps {
  readonly share: ShareView;
  /** Added to the buttons' names in a list, where there are many of them. */
  readonly of?: string;
}

/** Pause or Resume, and Remove; on the share's own page also its speed limits. */
export function ShareActions({ share, of }: ShareActionsProps) {
  const [asking, setAsking] = useState(false);
  const remove = () => void removeShare(share.id);
  const ask = useCallback(() => setAsking(true), []);
  return (
    <>
      <ActionButtons id={share.id} of={of} action={pauseAction(share)} ask={holdsOnlyCopy(share) ? ask : null} />
      {asking && <ConfirmRemoval share={share} open={asking} onOpenChange={setAsking} onConfirm={remove} />}
    </>
  );
}

interface ActionButtonsProps {
  readonly id: string;
  readonly of: string | undefined;
  readonly action: ReturnType<typeof pauseAction>;
  /** Asks before removing; null where nothing can be lost. */
  readonly ask: (() => void) | null;
}

/** No whole share among its properties: accessible buttons cost too much to render with every change of progress. */
const ActionButtons = memo(function ActionButtons({ id, of, action, ask }: ActionButtonsProps) {
  const named = (name: string) => (of === undefined ? name : `${name} ${of}`);
  /** What the button said when it was pressed: a share that resumes by itself under the finger is not paused. */
  const begun = useRef(action);
  const look = of === undefined ? "button button-plain" : "button button-icon";
  return (
    <div className="actions">
      {of === undefined && <ShareSpeedLimits id={id} />}
      {action !== null && (
        <Button
          className={look}
          aria-label={named(action)}
          onPressStart={() => {
            begun.current = action;
          }}
          onPress={() => begun.current === action && (action === "Pause" ? pauseShare(id) : resumeShare(id))}
        >
          {action === "Pause" ? <Pause aria-hidden="true" /> : <Play aria-hidden="true" />}
          {of === undefined && action}
        </Button>
      )}
      <Button className={look} aria-label={named("Remove")} onPress={ask ?? (() => void removeShare(id))}>
        <Trash2 aria-hidden="true" />
        {of === undefined && "Remove"}
      </Button>
    </div>
  );
});
