import { type RefObject, useEffect, useRef } from "react";
import { useLocation } from "wouter";

/** Moves focus to the page's content when the route changes, as a full page load would; not on arrival. */
export function useFocusOnNavigation(): RefObject<HTMLElement | null> {
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(location);
  useEffect(() => {
    if (shown.current === location) return;
    shown.current = location;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [location]);
  return main;
}
