import type { Person } from "../person.ts";

/**
 * From the next load on a preparation stands still after so many pieces. Returns what ends that: for the next preparation,
 * as one that stands still does so until its page is gone.
 */
export async function stallPreparation({ context }: Person, pieces: number): Promise<() => void> {
  let stalls = true;
  await context.exposeFunction("preparationStalls", () => stalls);
  await context.addInitScript(async (pieces) => {
    if (!isSecureContext) return;
    const { encrypt } = SubtleCrypto.prototype;
    let made = 0;
    SubtleCrypto.prototype.encrypt = async function (...given: Parameters<typeof encrypt>) {
      made++;
      if (made > pieces && (await window.preparationStalls())) await new Promise(() => undefined);
      return encrypt.apply(this, given);
    };
  }, pieces);
  return () => {
    stalls = false;
  };
}

declare global {
  interface Window {
    preparationStalls(): Promise<boolean>;
  }
}
