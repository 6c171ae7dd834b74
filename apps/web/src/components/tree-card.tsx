import type { OverlayView } from "@starling/client";
import { Search } from "lucide-react";
import { useState } from "react";
import { Button } from "react-aria-components";
import { useWidth } from "../hooks/use-width.ts";
import { idTree, type LeafKind } from "../logic/id-tree.ts";
import type { LookupTrace } from "../logic/lookup-trace.ts";
import { lookupSentence } from "../logic/network-facts.ts";
import { drawTree } from "../logic/tree-drawing.ts";
import { LeafMark, TreeDrawing } from "./tree-drawing.tsx";

/** This node in the tree of ids, with the latest look-up. The tables below say the same in words. */
export function TreeCard({
  view,
  trace,
  onLookUp,
}: {
  readonly view: OverlayView;
  readonly trace: LookupTrace | null;
  readonly onLookUp: () => Promise<void>;
}) {
  const [host, width] = useWidth<HTMLDivElement>();
  const [looking, setLooking] = useState(false);
  const lookUp = () => {
    setLooking(true);
    void onLookUp().finally(() => setLooking(false));
  };
  const alone = view.links.length === 0;
  return (
    <section className="card tree-card" aria-labelledby="tree-heading">
      <div className="tree-head">
        <div>
          <h2 id="tree-heading">Where this tab is</h2>
          <p className="card-hint">
            Each fork is a bit of an id, 0 or 1. The blocks are <em>buckets</em>: the half of all ids that begins with
            another bit than yours, then a quarter, an eighth. A few links into each, and the nearest ones (
            <em>siblings</em>), are enough to find anybody.
          </p>
        </div>
        <Button className="button button-plain" isDisabled={alone || looking} onPress={lookUp}>
          <Search aria-hidden="true" />
          Look up
        </Button>
      </div>
      <div className="tree-host" ref={host} aria-hidden="true">
        {width > 0 && !alone && <TreeDrawing drawing={drawTree(idTree(view, trace), trace, width)} trace={trace} />}
      </div>
      {alone ? (
        <p className="card-empty">No other browser is linked yet. Once one is, both appear here.</p>
      ) : (
        <Legend withLookup={trace !== null} />
      )}
      <p className="tree-status" role="status">
        {trace && lookupSentence(trace, view.id)}
      </p>
    </section>
  );
}

function Legend({ withLookup }: { readonly withLookup: boolean }) {
  return (
    <ul className="tree-legend" aria-hidden="true">
      <Entry kind="self" text="this tab" />
      <Entry kind="sibling" text="sibling" />
      <Entry kind="linked" text="other link" />
      {withLookup && <Entry kind="heard" text="not linked, only asked" />}
      {withLookup && <Entry kind="key" text="key looked up" />}
      {withLookup && <li>Arcs: who was asked, over how many links; dashed while there is no answer</li>}
    </ul>
  );
}

function Entry({ kind, text }: { readonly kind: LeafKind; readonly text: string }) {
  return (
    <li>
      <svg className="tree-swatch" viewBox="-8 -8 16 16" aria-hidden="true">
        <LeafMark kind={kind} x={0} y={0} />
      </svg>
      {text}
    </li>
  );
}
