import { CircleAlert, X } from "lucide-react";
import { Button } from "react-aria-components";
import { dismissNotice } from "../state/notices.ts";
import { useApp } from "../state/store.ts";

/** The last thing that went wrong, until it is dismissed. */
export function NoticeBar() {
  const notice = useApp((state) => state.notice);
  if (!notice) return null;
  return (
    <div className="callout callout-danger" role="alert">
      <CircleAlert aria-hidden="true" />
      <p>{notice.text}</p>
      <Button className="button button-icon" aria-label="Dismiss" onPress={dismissNotice}>
        <X aria-hidden="true" />
      </Button>
    </div>
  );
}
