import { createCipheriv, createHash, scryptSync } from "node:crypto";
import { fromHex, toHex, utf8 } from "../src/bytes.ts";
import { encodeCatalog } from "../src/catalog.ts";
import {
  catalogPieceKey,
  catalogSalt,
  deriveContentKeys,
  normalizePassword,
  passwordSalt,
  pieceKey,
  SCRYPT,
  secretWithPassword,
} from "../src/content-keys.ts";
import { nodeIdFromBytes, pieceHashOf, providerTag, rootOf } from "../src/ids.ts";
import { formatLink } from "../src/link.ts";
import { encodeManifest } from "../src/manifest.ts";
import { layoutFiles, pieceSpan, plainPieceSize } from "../src/pieces.ts";

/** Content of a file: text, or `size` bytes of which byte `i` is `i mod 251`. */
type Content = { readonly utf8: string } | { readonly size: number };

/** What a share is made of. Bytes are lower-case hex. */
export interface ShareInput {
  readonly name: string;
  readonly secret: string;
  readonly password?: string;
  readonly title?: string;
  readonly created: number;
  readonly files: readonly {
    readonly path: readonly string[];
    readonly content: Content;
    readonly type?: string;
    readonly mtime?: number;
  }[];
  readonly folders: readonly (readonly string[])[];
  readonly origin: string;
  readonly hints: readonly string[];
}

/** Everything between a share's files and its link, by the package's own code and Node's AES and scrypt. */
export function shareVector(input: ShareInput) {
  const { secrets, hasPassword } = secretsOf(input);
  const keys = deriveContentKeys(secrets.used);
  const files = input.files.map(({ content, ...file }) => ({ ...file, bytes: contentBytes(content) }));
  const layout = layoutFiles(files.map(({ bytes }) => ({ size: bytes.length })));
  const plainSize = plainPieceSize(layout.pieceSize);
  const pieces = files.flatMap(({ bytes }, index) =>
    cut(bytes, plainSize, layout.files[index]?.count ?? 0).map((plain) => {
      const plaintextHash = sha256(plain);
      return { plaintextHash: toHex(plaintextHash), ...sealed(pieceKey(keys.contentKey, plaintextHash), plain) };
    }),
  );
  const catalog = encodeCatalog({
    ...(input.title === undefined ? {} : { title: input.title }),
    created: input.created,
    pieceSize: layout.pieceSize,
    files: files.map(({ bytes, ...file }, i) => ({
      ...file,
      size: bytes.length,
      ...(layout.files[i] ?? { first: 0, count: 0 }),
    })),
    folders: input.folders,
    plain: fromHex(pieces.map(({ plaintextHash }) => plaintextHash).join("")),
  });
  const salt = catalogSalt(keys.catalogKey, catalog);
  const catalogPieces = cut(catalog, plainSize, Math.ceil(catalog.length / plainSize)).map((plain, index) =>
    sealed(catalogPieceKey(keys.catalogKey, salt, index), plain),
  );
  const all = [...catalogPieces, ...pieces];
  const manifest = encodeManifest({
    hasPassword,
    salt,
    commitment: keys.commitment,
    catalogPieces: catalogPieces.length,
    pieceCount: all.length,
    hashes: fromHex(all.map(({ address }) => address).join("")),
    lengths: Uint32Array.from(all, ({ length }) => length),
  });
  const root = rootOf(manifest);
  const hints = input.hints.map((hint) => nodeIdFromBytes(fromHex(hint)));
  return {
    ...secrets.shown,
    ...hexOf(keys),
    pieceSize: layout.pieceSize,
    layout: layout.files,
    pieces,
    catalog: toHex(catalog),
    salt: toHex(salt),
    catalogPieces,
    manifest: toHex(manifest),
    root,
    providerTag: toHex(providerTag(root)),
    link: formatLink(input.origin, { root, secret: fromHex(input.secret), hints }),
  };
}

function secretsOf({ secret, password }: ShareInput) {
  const link = fromHex(secret);
  if (password === undefined) return { hasPassword: false, secrets: { used: link, shown: {} } };
  const normalized = normalizePassword(password);
  const salt = passwordSalt(link);
  const { N, r, p, dkLen } = SCRYPT;
  const stretched = new Uint8Array(scryptSync(normalized, salt, dkLen, { N, r, p, maxmem: 2 ** 28 }));
  const used = secretWithPassword(link, stretched);
  const shown = hexOf({ normalizedPassword: normalized, passwordSalt: salt, stretched, secretWithPassword: used });
  return { hasPassword: true, secrets: { used, shown } };
}

function contentBytes(content: Content): Uint8Array {
  return "utf8" in content ? utf8(content.utf8) : Uint8Array.from({ length: content.size }, (_, i) => i % 251);
}

function cut(bytes: Uint8Array, plainSize: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const { start, end } = pieceSpan(bytes.length, plainSize, index);
    return bytes.subarray(start, end);
  });
}

/** A piece under its key; the ciphertext of a long one is left to its address. */
function sealed(key: Uint8Array, plain: Uint8Array) {
  const cipher = createCipheriv("aes-256-gcm", key, new Uint8Array(12));
  const bytes = new Uint8Array(Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
  const ciphertext = bytes.length <= 1024 ? { ciphertext: toHex(bytes) } : {};
  return { key: toHex(key), length: bytes.length, address: pieceHashOf(bytes), ...ciphertext };
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}

function hexOf(fields: object): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, bytes]) => [name, toHex(bytes)]));
}
