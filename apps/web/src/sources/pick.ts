import type { Source } from "@starling/client";

/** Whether files can be chosen with their handles, which can be kept across reloads: in Chromium. */
export function givesHandles(): boolean {
  return window.showOpenFilePicker !== undefined;
}

/**
 * Lets the user choose files. Empty if they thought better of it; null where the dialogue is not allowed, as in a frame of
 * another site. Rejects if a chosen file cannot be read.
 */
export async function pickFiles(): Promise<Source[] | null> {
  const handles = await chosenHandles();
  if (handles === null) return null;
  return Promise.all(handles.map(async (handle) => ({ path: handle.name, file: await handle.getFile(), handle })));
}

async function chosenHandles(): Promise<readonly FileSystemFileHandle[] | null> {
  try {
    return (await window.showOpenFilePicker?.({ multiple: true })) ?? null;
  } catch (error) {
    return error instanceof DOMException && error.name === "AbortError" ? [] : null;
  }
}
