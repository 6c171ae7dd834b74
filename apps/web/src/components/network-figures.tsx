import type { OverlayView } from "@starling/client";
import type { ReactNode } from "react";
import * as facts from "../logic/network-facts.ts";
import { useApp } from "../state/store.ts";
import { Bar } from "./progress.tsx";

/** The network and this tab's part in it, in six figures with a word of explanation each. */
export function NetworkFigures({ view }: { readonly view: OverlayView }) {
  const { created, connectionLimit, links } = view;
  const open = useApp(({ network }) => network.signaling === "open");
  const connections = facts.connectionsFact(created, connectionLimit);
  return (
    <dl className="card network-figures">
      <Figure name="Network" fact={facts.sizeFact(view)} />
      <Figure name="Linked" fact={facts.linksFact(view)} />
      <Figure name="This tab is a" fact={facts.modeFact(view.mode)} />
      <Figure name="Records kept" fact={facts.recordsFact(view.records)} />
      <Figure name="Connections made" fact={connections} low={connections.low}>
        <Bar part={created / connectionLimit} />
      </Figure>
      <Figure name="Server" fact={facts.serverFact(open, links.length)} />
    </dl>
  );
}

function Figure({
  name,
  fact: { value, note },
  low = false,
  children,
}: {
  readonly name: string;
  readonly fact: facts.Fact;
  readonly low?: boolean;
  readonly children?: ReactNode;
}) {
  return (
    <div className={`network-figure ${low ? "network-figure-low" : ""}`}>
      <dt>{name}</dt>
      <dd className="network-value">
        {value}
        {children}
      </dd>
      <dd className="network-note">{note}</dd>
    </div>
  );
}
