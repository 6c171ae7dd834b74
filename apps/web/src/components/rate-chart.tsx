import { memo, useEffect, useRef, useState } from "react";
import type uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatRate } from "../logic/format.ts";
import { HISTORY_SAMPLES, historyColumns, type RateSample } from "../logic/rate-history.ts";

const HEIGHT = 128;

let library: Promise<typeof uPlot | null> | null = null;

/**
 * Begins to load what draws the chart, so that it is there when there is something to draw. Null where that does not load or
 * does not run (it throws in browsers whose language is no language tag): then the figures stand alone.
 */
export function loadChart(): Promise<typeof uPlot | null> {
  library ??= import("uplot").then(
    (module) => module.default,
    () => null,
  );
  return library;
}

/** Rates of the last two minutes. The figures above say the same in words, so it is hidden from screen readers. */
export const RateChart = memo(function RateChart({
  history,
  showDown,
}: {
  readonly history: readonly RateSample[];
  readonly showDown: boolean;
}) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const [Chart, setChart] = useState<typeof uPlot | null>(null);
  const latest = useRef(history);
  useEffect(() => {
    latest.current = history;
    chart.current?.setData(historyColumns(history));
  }, [history]);
  useEffect(() => void loadChart().then((loaded) => setChart(() => loaded)), []);
  useEffect(() => {
    const element = host.current;
    if (!element || !Chart) return;
    const draw = () => {
      chart.current?.destroy();
      chart.current = new Chart(chartOptions(element, showDown), historyColumns(latest.current), element);
    };
    draw();
    const observer = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", draw);
    return () => {
      observer.disconnect();
      dark.removeEventListener("change", draw);
      chart.current?.destroy();
      chart.current = null;
    };
  }, [Chart, showDown]);
  return Chart && <div className="chart" ref={host} aria-hidden="true" />;
});

/** Colours come from the page's tokens, so that the chart follows light and dark. */
function chartOptions(element: HTMLElement, showDown: boolean): uPlot.Options {
  const token = (name: string) => getComputedStyle(element).getPropertyValue(name).trim();
  const axis = { stroke: token("--text-soft"), font: `12px ${token("--font")}`, ticks: { show: false } };
  const grid = { stroke: token("--line"), width: 1 };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 14, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: [-HISTORY_SAMPLES, 0] },
      y: { range: (_, __, max) => [0, Math.max(max * 1.1, 1000)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 30,
        gap: 10,
        splits: () => [-120, -60, 0],
        values: () => ["2 min", "1 min", "now"],
      },
      { ...axis, grid, size: 68, space: 36, values: (_, splits) => splits.map(formatRate) },
    ],
    series: [
      {},
      { show: showDown, stroke: token("--accent"), fill: token("--accent-wash"), width: 2, points: { show: false } },
      { stroke: token("--text-soft"), width: 1.5, dash: [4, 3], points: { show: false } },
    ],
  };
}
