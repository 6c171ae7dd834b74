import { DecodeError } from "@starling/protocol";

/** What the decoder returns; null where it refuses a peer's bytes. */
export function decoded<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) return null;
    throw error;
  }
}
