import { CircleAlert, Info } from "lucide-react";
import type { ReactNode } from "react";

/** Something the person should know or do, set apart from the rest. */
export function Callout({
  tone,
  children,
}: {
  readonly tone: "info" | "warning" | "danger";
  readonly children: ReactNode;
}) {
  const Icon = tone === "info" ? Info : CircleAlert;
  return (
    <div className={`callout callout-${tone}`}>
      <Icon aria-hidden="true" />
      <div className="callout-body">{children}</div>
    </div>
  );
}
