import { appStore } from "./store.ts";

export function showError(text: string): void {
  appStore.setState({ notice: { text } });
}

export function dismissNotice(): void {
  appStore.setState({ notice: null });
}

/** What the person did on purpose (cancel, remove) is no error; anything else is said. */
export function reportFailure(error: unknown): void {
  if (!isAbort(error)) showError(sentenceOf(error));
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

export function sentenceOf(error: unknown): string {
  if (error instanceof Error && error.message) return error.message;
  return "Something went wrong. Reload the page and try again.";
}
