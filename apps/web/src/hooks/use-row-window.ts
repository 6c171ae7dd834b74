import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import { type RowWindow, rowWindow } from "../logic/row-window.ts";

/** A guess for the first paint; the true height is measured before anything is seen. */
const GUESS = { height: 600, rowHeight: 44 };

/** Which of `count` rows of a scrolling list to render, and the list's ref. */
export function useRowWindow(count: number): [RefObject<HTMLUListElement | null>, RowWindow] {
  const list = useRef<HTMLUListElement>(null);
  const [shown, setShown] = useState(() => rowWindow(count, 0, GUESS.height, GUESS.rowHeight));
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const update = () => {
      const row = element.querySelector(".file-row")?.getBoundingClientRect();
      const rowHeight = row?.height || GUESS.rowHeight;
      const next = rowWindow(count, element.scrollTop, element.clientHeight, rowHeight);
      setShown((last) => (last.first === next.first && last.last === next.last ? last : next));
    };
    update();
    element.addEventListener("scroll", update, { passive: true });
    const observer = new ResizeObserver(update);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", update);
      observer.disconnect();
    };
  }, [count]);
  return [list, shown];
}
