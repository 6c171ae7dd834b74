import type { LeafKind } from "../logic/id-tree.ts";
import type { LookupTrace } from "../logic/lookup-trace.ts";
import type { TreeDrawing as Drawing, Label } from "../logic/tree-drawing.ts";

/** Each arc of a look-up follows the one before; the longest queue takes no longer than a second and a half. */
const ARC_DELAY_MS = 110;
const ARC_LAST_MS = 1500;

/** Draws what `drawTree` laid out; its parent hides it from assistive tools. */
export function TreeDrawing({ drawing, trace }: { readonly drawing: Drawing; readonly trace: LookupTrace | null }) {
  const { width, height, bands, branches, steps, leaves, arcs } = drawing;
  return (
    <svg className="tree" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {bands.map(({ prefix, box, label }) => (
        <g key={prefix} className="tree-band">
          <rect {...box} rx={8} />
          {label && <Text className="tree-part" label={label} />}
        </g>
      ))}
      <path className="tree-line" d={pathOf(branches, false)} />
      <path className="tree-line" d={steps.map(({ stub }) => stub ?? "").join("")} />
      <path className="tree-line tree-own" d={pathOf(branches, true)} />
      {steps.map(({ depth, label }) => label && <Text key={depth} className="tree-bit" label={label} />)}
      {arcs.map(({ id, path, answer }, index) => (
        <path
          key={`${trace?.serial} ${id}`}
          className={`arc arc-${answer}`}
          d={path}
          pathLength={answer === "answered" ? 1 : undefined}
          style={{ animationDelay: `${Math.min(ARC_LAST_MS, index * ARC_DELAY_MS)}ms` }}
        />
      ))}
      {arcs.map(({ id, label }) => label && <Text key={id} className="arc-hops" label={label} />)}
      {leaves.map((leaf) => (
        <g key={leaf.id}>
          <title>{leaf.id}</title>
          <LeafMark kind={leaf.kind} x={leaf.x} y={leaf.y} />
          <Text className={`leaf-name leaf-name-${leaf.kind}`} label={leaf.label} />
        </g>
      ))}
    </svg>
  );
}

/** Also the legend's. */
export function LeafMark({ kind, x, y }: { readonly kind: LeafKind; readonly x: number; readonly y: number }) {
  const className = `leaf leaf-${kind}`;
  if (kind === "key") return <path className={className} d={`M${x} ${y - 6}l6 6l-6 6l-6 -6z`} />;
  return <circle className={className} cx={x} cy={y} r={kind === "self" ? 6.5 : 5} />;
}

function pathOf(branches: Drawing["branches"], own: boolean): string {
  return branches.map((branch) => (branch.own === own ? branch.path : "")).join("");
}

function Text({
  className,
  label: { x, y, text, anchor, turn },
}: {
  readonly className: string;
  readonly label: Label;
}) {
  const transform = turn === 0 ? undefined : `rotate(${turn} ${x} ${y})`;
  return (
    <text className={className} x={x} y={y} textAnchor={anchor} transform={transform}>
      {text}
    </text>
  );
}
