/** A segment as it is kept: a Blob, or its bytes where the browser stores no Blobs. */
export type Segment = Blob | Uint8Array<ArrayBuffer>;

type Parts = readonly Uint8Array<ArrayBuffer>[];

/** How parts become one segment. */
export type MakeSegment = (parts: Parts) => Segment;

export const asBlob: MakeSegment = (parts) => new Blob([...parts]);

/** WebKit refuses Blobs in private windows, where a database is only in memory ("Error preparing Blob/File data"). */
export const asBytes: MakeSegment = (parts) => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
};

/** What was kept, to be read in parts; null: it is no segment. Values come from the disk, so they are checked. */
export function segmentBlob(stored: unknown): Blob | null {
  if (stored instanceof Blob) return stored;
  return stored instanceof Uint8Array ? new Blob([stored as Uint8Array<ArrayBuffer>]) : null;
}
