import { useEffect } from "react";
import { useApp } from "../state/store.ts";

/** While something is being prepared, closing the tab would end that, and it begins anew later; at any other time nothing is lost. */
export function useLeaveWarning(): void {
  const preparing = useApp(({ shares }) => shares.some(({ state }) => state === "preparing"));
  useEffect(() => {
    if (!preparing) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [preparing]);
}
