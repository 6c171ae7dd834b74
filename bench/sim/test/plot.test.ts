import { describe, expect, it } from "vitest";
import { type Chart, plot } from "../plot.ts";

const chart: Chart = {
  title: "Hops & <nodes>",
  x: { label: "nodes", log: true },
  y: { label: "hops", min: 0 },
  series: [
    {
      name: "one",
      points: [
        [100, 2],
        [1_000, 3],
        [10_000, 4],
      ],
    },
    {
      name: "two",
      points: [
        [100, 5],
        [1_000, Number.NaN],
        [10_000, 10],
      ],
    },
  ],
  note: "seed 1",
};

describe("a chart", () => {
  const svg = plot(chart);

  it("names its axes, series and title, with markup escaped", () => {
    for (const text of ["Hops &amp; &lt;nodes&gt;", ">nodes<", ">hops<", ">one<", ">two<", ">seed 1<"]) {
      expect(svg).toContain(text);
    }
    expect(svg).not.toContain("NaN");
  });

  it("puts the extremes of both axes at the corners of the plot", () => {
    expect(svg).toContain("M72 288L310 258L548 228");
    expect(svg).toContain('M72 288m-4-4h8v8h-8z"');
  });

  it("breaks a line where a value is missing", () => {
    expect(svg).toMatch(/M72 198M548 48/);
  });

  it("follows the page's colour scheme", () => {
    expect(svg).toContain("prefers-color-scheme: dark");
  });
});
