import type { Chart } from "./plot.ts";

/** What a question is answered with: tables to read and charts to keep. */
interface Report {
  readonly tables: readonly Table[];
  /** By the name of their file, without ending. */
  readonly charts: Readonly<Record<string, Chart>>;
}

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

interface Scale {
  /** The largest network. */
  readonly nodes: number;
  /** The largest network of real machines: one of them takes as much time as hundreds of a model's nodes. */
  readonly real: number;
  readonly seed: number;
  /** Told what is being run. */
  readonly log: (line: string) => void;
}

export type Question = (scale: Scale) => Report;

/** Columns aligned: words to the left, numbers to the right. */
export function render({ title, head, rows }: Table): string {
  const cells = [head, ...rows].map((row) => row.map(shown));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row, index) =>
    row
      .map((cell, column) => {
        const isWord = typeof (rows[Math.max(0, index - 1)] ?? head)[column] === "string";
        return isWord ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
      })
      .join("  ")
      .trimEnd(),
  );
  return [`${title}`, ...lines.map((line) => `  ${line}`)].join("\n");
}

function shown(cell: string | number): string {
  if (typeof cell === "string") return cell;
  if (!Number.isFinite(cell)) return "-";
  return Number.isInteger(cell) ? `${cell}` : cell.toFixed(Math.abs(cell) < 10 ? 2 : 1);
}

export function percent(part: number, whole: number): number {
  return whole === 0 ? Number.NaN : (100 * part) / whole;
}
