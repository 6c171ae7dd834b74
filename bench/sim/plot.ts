/** A line of a chart. Points without a finite y are left out, and the line is broken there. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** What the chart is about: drawn above the others, and named first. */
  readonly main?: boolean;
}

interface Axis {
  /** With the unit. */
  readonly label: string;
  readonly log?: boolean;
  /** A logarithmic axis ends where the values do instead of at powers of ten. */
  readonly exact?: boolean;
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
const MARKS = ["circle", "square", "diamond", "up", "down", "cross", "circle"] as const;
const DASHES = ["6 3", "2 3", "8 3 2 3", "4 4", "1 3", "10 4"];
const MAIN_DASHES = ["", "7 4"];
/**
 * On white and on black: after Okabe and Ito's palette, which people with any colour vision can tell apart, darkened and
 * lightened until each stands out from its ground at 3 to 1 (WCAG 2.2, 1.4.11).
 */
const COLOURS = [
  ["#0072b2", "#58a6ff"],
  ["#008a64", "#3fb990"],
  ["#b8578f", "#e39ac5"],
  ["#9a6b00", "#e3b341"],
  ["#6e7781", "#9ea7b3"],
  ["#7d55ad", "#b79ae0"],
] as const;
const MAIN_COLOURS = [
  ["#cc4e00", "#ff8c42"],
  ["#b3123f", "#ff6b81"],
] as const;

const STYLE = `
  .ground { fill: #ffffff; } text { fill: #24292f; } .grid { stroke: #d8dee4; } .axis { stroke: #57606a; }
  text { font: 13px system-ui, sans-serif; } .title { font-weight: 600; font-size: 15px; } .note { font-size: 11px; }
  .main { font-weight: 600; }${colourRules(0)}
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; } text { fill: #e6edf3; } .grid { stroke: #30363d; } .axis { stroke: #8b949e; }${colourRules(1)}
  }`;

function colourRules(ground: 0 | 1): string {
  const rule = (name: string) => (pair: readonly [string, string], index: number) =>
    ` .${name}${index} { color: ${pair[ground]}; }`;
  return [...COLOURS.map(rule("s")), ...MAIN_COLOURS.map(rule("m"))].join("");
}

/** How a series is drawn. */
interface Pen {
  readonly className: string;
  readonly dash: string;
  readonly mark: (typeof MARKS)[number];
  readonly width: number;
}

/** The main series first, each with its pen. */
function withPens(series: readonly Series[]): (readonly [Series, Pen])[] {
  const main = series.filter((each) => each.main === true);
  const others = series.filter((each) => each.main !== true);
  const pen = (index: number, isMain: boolean): Pen => {
    const [colours, dashes] = isMain ? [MAIN_COLOURS, MAIN_DASHES] : [COLOURS, DASHES];
    return {
      className: `${isMain ? "m" : "s"}${index % colours.length}`,
      dash: dashes[index % dashes.length] ?? "",
      mark: isMain ? "circle" : (MARKS[(index + 1) % MARKS.length] ?? "square"),
      width: isMain ? 3.5 : 1.75,
    };
  };
  return [
    ...main.map((each, index) => [each, pen(index, true)] as const),
    ...others.map((each, index) => [each, pen(index, false)] as const),
  ];
}

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
  const drawn = withPens(chart.series);
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
    ...drawn.toReversed().map(([series, pen]) => line(series, pen, toX, toY)),
    ...drawn.map(([series, pen], index) => legend(series, pen, index)),
    text(PLOT.left, HEIGHT - 12, chart.note, "note"),
    "</svg>",
  ].join("\n")}\n`;
}

function range({ min, max, log, exact }: Axis, values: readonly number[]): readonly [number, number] {
  const finite = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  const low = min ?? Math.min(...finite);
  const high = max ?? Math.max(...finite);
  if (log && exact === true && high > low) return [low, high];
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
    const factors = high / low < 100 ? [1, 2, 5] : [1];
    const first = Math.floor(Math.log10(low));
    const powers = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => 10 ** (first + i));
    const all = powers.flatMap((power) => factors.map((factor) => factor * power));
    return all.filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
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

function line({ points }: Series, pen: Pen, toX: Scale, toY: Scale): string {
  let d = "";
  let move = "M";
  const marks: string[] = [];
  for (const [x, y] of points) {
    const [px, py] = [toX(x), toY(y)];
    if (!Number.isFinite(px) || !Number.isFinite(py)) {
      move = "M";
      continue;
    }
    d += `${move}${n(px)} ${n(py)}`;
    move = "L";
    marks.push(mark(px, py, pen));
  }
  return `<g class="${pen.className}">${stroke(d, pen)}${marks.join("")}</g>`;
}

function legend({ name, main }: Series, pen: Pen, index: number): string {
  const y = PLOT.top + 10 + index * 24;
  const x = PLOT.right + 18;
  const sample = `${stroke(`M${x} ${y}h28`, pen)}${mark(x + 14, y, pen)}`;
  return `<g class="${pen.className}">${sample}</g>${text(x + 36, y + 4, name, main === true ? "main" : "")}`;
}

function stroke(d: string, { dash, width }: Pen): string {
  return `<path d="${d}" fill="none" stroke="currentColor" stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ""}/>`;
}

function mark(x: number, y: number, { mark: shape, width }: Pen): string {
  const [px, py] = [n(x), n(y)];
  const fill = `fill="currentColor"`;
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
      return `<path d="M${px} ${py}m-4-4l8 8m0-8l-8 8" fill="none" stroke="currentColor" stroke-width="2"/>`;
    default:
      return `<circle cx="${px}" cy="${py}" r="${width > 2 ? 5 : 4}" ${fill}/>`;
  }
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
