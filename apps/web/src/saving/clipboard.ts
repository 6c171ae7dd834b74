/** Copies `text`; where the clipboard is refused, selects it in `box` for the person to copy. Whether it was copied. */
export async function copyText(text: string, box: HTMLInputElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    box?.focus();
    box?.select();
    return false;
  }
}
