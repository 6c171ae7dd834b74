import { scryptAsync } from "@noble/hashes/scrypt.js";
import {
  type ContentKeys,
  catalogPieceKey,
  concat,
  deriveContentKeys,
  equalBytes,
  type Manifest,
  normalizePassword,
  passwordSalt,
  SCRYPT,
  secretWithPassword,
} from "@starling/protocol";
import { LinkError, PasswordError } from "./errors.ts";
import { decryptWith } from "./piece-crypto.ts";

/**
 * The secret that content keys are derived from. With a password this takes about a second and 128 MiB (scrypt, RFC 7914),
 * in slices so that the page stays alive.
 */
export async function unlockedSecret(secret: Uint8Array, password: string | undefined): Promise<Uint8Array> {
  if (password === undefined || password === "") return secret;
  return secretWithPassword(secret, await scryptAsync(normalizePassword(password), passwordSalt(secret), SCRYPT));
}

/**
 * Keys that fit this manifest's commitment. Rejects with PasswordError when one is missing or wrong, or with LinkError when
 * there is no password but the link's secret still does not fit.
 */
export async function unlock(
  manifest: Manifest,
  secret: Uint8Array,
  password: string | undefined,
): Promise<Uint8Array> {
  if (manifest.hasPassword && !password) throw new PasswordError("missing");
  const unlocked = await unlockedSecret(secret, manifest.hasPassword ? password : undefined);
  if (fits(manifest, unlocked)) return unlocked;
  if (manifest.hasPassword) throw new PasswordError("wrong");
  throw new LinkError(
    "malformed",
    "The key in this link does not fit these files. Ask the sender to send the link again.",
  );
}

export function fits(manifest: Manifest, unlocked: Uint8Array): boolean {
  return equalBytes(deriveContentKeys(unlocked).commitment, manifest.commitment);
}

/**
 * Opens the catalog from its encrypted pieces. Throws DecodeError or OperationError when the sharer made it wrongly; every
 * piece was checked against the manifest already.
 */
export async function openCatalog(
  manifest: Manifest,
  keys: ContentKeys,
  pieces: readonly Uint8Array[],
): Promise<Uint8Array> {
  const parts = await Promise.all(
    pieces.map((piece, index) => decryptWith(catalogPieceKey(keys.catalogKey, manifest.salt, index), piece)),
  );
  return concat(...parts);
}
