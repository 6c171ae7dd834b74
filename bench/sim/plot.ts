/** A line of a chart. Points without a finite y are left out, and the line is broken there. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

interface Axis {
  /** With the unit. */
  readonly label: string;
  readonly log?: boolean;
  readonly min?: number;
  readonly max?: number;
}

export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** What a reader should know of the run: nodes, seed. */
  readonly note: string;
}

const WIDTH = 760;
const HEIGHT = 420;
const PLOT = { left: 72, right: 548, top: 48, bottom: 348 };
/** Okabe and Ito's palette, which people with any colour vision can tell apart; black and yellow replaced. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1"];
const MARKS = ["circle", "square", "diamond", "up", "down", "cross", "circle"] as const;
const DASHES = ["", "6 3", "2 3", "8 3 2 3", "4 4", "1 3", "10 4"];

const STYLE = `
  .ground { fill: #ffffff; } text { fill: #24292f; } .grid { stroke: #d0d7de; } .axis { stroke: #57606a; }
  text { font: 13px system-ui, sans-serif; } .title { font-weight: 600; font-size: 15px; } .note { font-size: 11px; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; } text { fill: #e6edf3; } .grid { stroke: #30363d; } .axis { stroke: #8b949e; }
  }`;

type Scale = (value: number) => number;

/** An SVG of line charts: axes with units, a legend, colours beside marks and dashes; for light and dark pages. */
export function plot(chart: Chart): string {
  const xs = range(
    chart.x,
    chart.series.flatMap(({ points }) => points.map(([x]) => x)),
  );
  const ys = range(
    chart.y,
    chart.series.flatMap(({ points }) => points.map(([, y]) => y)),
  );
  const toX = scale(xs, chart.x.log === true, PLOT.left, PLOT.right);
  const toY = scale(ys, chart.y.log === true, PLOT.bottom, PLOT.top);
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="t d">`,
    `<title id="t">${escaped(chart.title)}</title><desc id="d">${escaped(inWords(chart))}</desc>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="ground" width="${WIDTH}" height="${HEIGHT}" rx="6"/>`,
    text(PLOT.left, 26, chart.title, "title"),
    ...ticks(xs, chart.x.log === true).map((tick) => xTick(toX(tick), tick)),
    ...ticks(ys, chart.y.log === true).map((tick) => yTick(toY(tick), tick)),
    `<path class="axis" fill="none" d="M${PLOT.left} ${PLOT.top}V${PLOT.bottom}H${PLOT.right}"/>`,
    text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 38, chart.x.label, "", "middle"),
    `<text transform="translate(20 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(chart.y.label)}</text>`,
    ...chart.series.map((series, index) => line(series, index, toX, toY)),
    ...chart.series.map(({ name }, index) => legend(name, index)),
    text(PLOT.left, HEIGHT - 12, chart.note, "note"),
    "</svg>",
  ].join("\n")}\n`;
}

function range({ min, max, log }: Axis, values: readonly number[]): readonly [number, number] {
  const finite = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  const low = min ?? Math.min(...finite);
  const high = max ?? Math.max(...finite);
  if (log) return [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(Math.max(high, low * 1.01)))];
  const step = stepOf(Math.max(high - low, 1e-9));
  return [min ?? Math.floor(low / step) * step, max ?? Math.ceil(high / step) * step];
}

function scale([low, high]: readonly [number, number], log: boolean, from: number, to: number): Scale {
  const of = log ? Math.log10 : (value: number) => value;
  const span = of(high) - of(low) || 1;
  return (value) => from + ((of(value) - of(low)) / span) * (to - from);
}

/** 1, 2 or 5 times a power of ten: some five steps over the range. */
function stepOf(span: number): number {
  const rough = span / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}

function ticks([low, high]: readonly [number, number], log: boolean): number[] {
  if (log) {
    const count = Math.round(Math.log10(high / low)) + 1;
    return Array.from({ length: count }, (_, i) => low * 10 ** i);
  }
  const step = stepOf(high - low);
  const count = Math.floor((high - low) / step + 1e-9) + 1;
  return Array.from({ length: count }, (_, i) => low + i * step);
}

function xTick(x: number, value: number): string {
  return `<path class="grid" d="M${n(x)} ${PLOT.top}V${PLOT.bottom}"/>${text(x, PLOT.bottom + 18, label(value), "", "middle")}`;
}

function yTick(y: number, value: number): string {
  return `<path class="grid" d="M${PLOT.left} ${n(y)}H${PLOT.right}"/>${text(PLOT.left - 8, y + 4, label(value), "", "end")}`;
}

function line({ points }: Series, index: number, toX: Scale, toY: Scale): string {
  let d = "";
  let pen = "M";
  const marks: string[] = [];
  for (const [x, y] of points) {
    const [px, py] = [toX(x), toY(y)];
    if (!Number.isFinite(px) || !Number.isFinite(py)) {
      pen = "M";
      continue;
    }
    d += `${pen}${n(px)} ${n(py)}`;
    pen = "L";
    marks.push(mark(px, py, index));
  }
  return `${stroke(d, index)}${marks.join("")}`;
}

function legend(name: string, index: number): string {
  const y = PLOT.top + 10 + index * 24;
  const x = PLOT.right + 18;
  return `${stroke(`M${x} ${y}h28`, index)}${mark(x + 14, y, index)}${text(x + 36, y + 4, name)}`;
}

function stroke(d: string, index: number): string {
  const dash = DASHES[index % DASHES.length];
  return `<path d="${d}" fill="none" stroke="${colour(index)}" stroke-width="2"${dash ? ` stroke-dasharray="${dash}"` : ""}/>`;
}

function mark(x: number, y: number, index: number): string {
  const shape = MARKS[index % MARKS.length];
  const [px, py] = [n(x), n(y)];
  const fill = `fill="${colour(index)}"`;
  switch (shape) {
    case "square":
      return `<path d="M${px} ${py}m-4-4h8v8h-8z" ${fill}/>`;
    case "diamond":
      return `<path d="M${px} ${py}m0-5l5 5l-5 5l-5-5z" ${fill}/>`;
    case "up":
      return `<path d="M${px} ${py}m0-5l5 9h-10z" ${fill}/>`;
    case "down":
      return `<path d="M${px} ${py}m0 5l5-9h-10z" ${fill}/>`;
    case "cross":
      return `<path d="M${px} ${py}m-4-4l8 8m0-8l-8 8" fill="none" stroke="${colour(index)}" stroke-width="2"/>`;
    default:
      return `<circle cx="${px}" cy="${py}" r="4" ${fill}/>`;
  }
}

function colour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? "#0072b2";
}

function text(x: number, y: number, content: string, style = "", anchor = "start"): string {
  const kind = style === "" ? "" : ` class="${style}"`;
  return `<text x="${n(x)}" y="${n(y)}"${kind} text-anchor="${anchor}">${escaped(content)}</text>`;
}

/** The chart for those who hear it. */
function inWords({ series, x, y }: Chart): string {
  const lines = series.map(
    ({ name, points }) => `${name}: ${points.map(([a, b]) => `${label(a)}, ${label(b)}`).join("; ")}`,
  );
  return `${y.label} against ${x.label}. ${lines.join(". ")}.`;
}

function label(value: number): string {
  if (!Number.isFinite(value)) return "none";
  return Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString("en") : `${Number(value.toPrecision(3))}`;
}

function n(value: number): string {
  return `${Math.round(value * 10) / 10}`;
}

function escaped(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
