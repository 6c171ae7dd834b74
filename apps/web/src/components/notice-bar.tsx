import { CircleAlert, Info, X } from "lucide-react";
import { Button } from "react-aria-components";
import { dismissNotice } from "../state/notices.ts";
import { useApp } from "../state/store.ts";

/** The last thing that went wrong or is worth knowing, until it is dismissed. */
export function NoticeBar() {
  const notice = useApp((state) => state.notice);
  if (!notice) return null;
  const isError = notice.kind === "error";
  return (
    <div className={`callout ${isError ? "callout-danger" : ""}`} role={isError ? "alert" : "note"}>
      {isError ? <CircleAlert aria-hidden="true" /> : <Info aria-hidden="true" />}
      <p>{notice.text}</p>
      <Button className="button button-icon" aria-label="Dismiss" onPress={dismissNotice}>
        <X aria-hidden="true" />
      </Button>
    </div>
  );
}
