import { useEffect } from "react";
import { navigate } from "wouter/use-hash-location";
import { routeOfLink } from "../logic/link-text.ts";
import { shareSources } from "../state/actions.ts";

/** Pasted files are shared and a pasted link is opened, wherever the focus is; text fields keep their text. */
export function usePaste(): void {
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length > 0) {
        event.preventDefault();
        void shareSources(files);
        return;
      }
      if (isTextField(event.target)) return;
      const route = routeOfLink(event.clipboardData?.getData("text/plain") ?? "");
      if (route !== null) navigate(route);
    };
    addEventListener("paste", onPaste);
    return () => removeEventListener("paste", onPaste);
  }, []);
}

function isTextField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}
