import { expect, test } from "vitest";
import { rowWindow, WHOLE_UP_TO } from "../src/logic/row-window.ts";

test("a short list is whole", () => {
  expect(rowWindow(WHOLE_UP_TO, 5000, 400, 44)).toEqual({ first: 0, last: WHOLE_UP_TO });
});

test("every visible row of a long list is in its window, wherever it is scrolled to", () => {
  const [count, height, rowHeight] = [5000, 576, 44];
  for (let top = 0; top <= count * rowHeight - height; top += 371) {
    const { first, last } = rowWindow(count, top, height, rowHeight);
    expect(first).toBeLessThanOrEqual(Math.floor(top / rowHeight));
    expect(last).toBeGreaterThanOrEqual(Math.min(count, Math.ceil((top + height) / rowHeight)));
    expect(last - first).toBeLessThan(90);
  }
});

test("a window beyond the end of a list that shrank stays within it", () => {
  const { first, last } = rowWindow(400, 1e6, 576, 44);
  expect(first).toBeLessThanOrEqual(last);
  expect(last).toBe(400);
});
