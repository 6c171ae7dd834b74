import { randomFillSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Two seconds of moving test picture and a tone (VP8 and Opus, a key frame and a cluster each second):
 * `ffmpeg -f lavfi -i testsrc2=size=320x180:rate=25:duration=2 -f lavfi -i sine=frequency=440:duration=2:sample_rate=48000
 * -c:v libvpx -b:v 120k -g 25 -keyint_min 25 -auto-alt-ref 0 -c:a libopus -b:a 24k -shortest -cluster_time_limit 1000
 * -map_metadata -1 -fflags +bitexact clip.webm`
 */
const CLIP = fileURLToPath(new URL("films/clip.webm", import.meta.url));
const CLIP_MS = 2000;

/** Element ids of Matroska (RFC 9559). */
const ID = {
  header: 0x1a45dfa3,
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  duration: 0x4489,
  muxingApp: 0x4d80,
  writingApp: 0x5741,
  tracks: 0x1654ae6b,
  cues: 0x1c53bb6b,
  cuePoint: 0xbb,
  cueTime: 0xb3,
  cueTrackPositions: 0xb7,
  cueTrack: 0xf7,
  cueClusterPosition: 0xf1,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  void: 0xec,
} as const;

interface Element {
  readonly id: number;
  readonly body: Buffer;
  /** Head and body. */
  readonly whole: Buffer;
}

/** A film of so many seconds, padded with random bytes between its pictures to so many bytes (about): seeks like any. */
export async function filmFile(folder: string, name: string, seconds: number, bytes: number): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, filmOf(await readFile(CLIP), seconds, bytes));
  return path;
}

function filmOf(clip: Buffer, seconds: number, bytes: number): Buffer {
  const [header, segment] = elements(clip);
  const parts = elements(segment!.body);
  const tracks = parts.find(({ id }) => id === ID.tracks)!;
  const scenes = parts.filter(({ id }) => id === ID.cluster).map(({ body }) => elements(body));
  const count = Math.ceil((seconds * 1000) / CLIP_MS) * scenes.length;
  const padding = Math.max(0, Math.floor((bytes - clip.length * (count / scenes.length)) / count));
  const clusters = Array.from({ length: count }, (_, index) => {
    const scene = scenes[index % scenes.length]!;
    const shift = Math.floor(index / scenes.length) * CLIP_MS;
    const at = shift + scene.find(({ id }) => id === ID.timestamp)!.body.readUIntBE(0, lengthOf(scene));
    const blocks = scene.filter(({ id }) => id === ID.simpleBlock).map(({ whole }) => whole);
    const filling = element(ID.void, randomFillSync(Buffer.alloc(padding)));
    return { at, bytes: element(ID.cluster, element(ID.timestamp, unsigned(at)), ...blocks, filling) };
  });
  const info = infoOf((count / scenes.length) * CLIP_MS);
  const cues = cuesOf(clusters, info.length + tracks.whole.length + cuesOf(clusters, 0).length);
  return Buffer.concat([
    header!.whole,
    element(ID.segment, info, tracks.whole, cues, ...clusters.map((cluster) => cluster.bytes)),
  ]);
}

function lengthOf(scene: readonly Element[]): number {
  return scene.find(({ id }) => id === ID.timestamp)!.body.length;
}

function infoOf(ms: number): Buffer {
  const duration = Buffer.alloc(8);
  duration.writeDoubleBE(ms);
  const app = Buffer.from("starling");
  return element(
    ID.info,
    element(ID.timestampScale, unsigned(1_000_000)),
    element(ID.duration, duration),
    element(ID.muxingApp, app),
    element(ID.writingApp, app),
  );
}

/** Where to seek to for each second; all numbers are 8 bytes long, so the length does not depend on them. */
function cuesOf(clusters: readonly { readonly at: number; readonly bytes: Buffer }[], first: number): Buffer {
  let place = first;
  const points = clusters.map(({ at, bytes }) => {
    const position = element(ID.cueClusterPosition, unsigned(place));
    place += bytes.length;
    const track = element(ID.cueTrack, unsigned(1));
    return element(ID.cuePoint, element(ID.cueTime, unsigned(at)), element(ID.cueTrackPositions, track, position));
  });
  return element(ID.cues, ...points);
}

function unsigned(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** Id, length in 8 bytes, body. */
function element(id: number, ...body: readonly Buffer[]): Buffer {
  const length = body.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.from(id.toString(16).padStart(2, "0"), "hex");
  const size = unsigned(length);
  size[0] = 0x01;
  return Buffer.concat([head, size, ...body]);
}

function elements(bytes: Buffer): Element[] {
  const out: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const idLength = Math.clz32(bytes[at]!) - 23;
    const lengthAt = at + idLength;
    const sizeLength = Math.clz32(bytes[lengthAt]!) - 23;
    const first = bytes[lengthAt]! & (0xff >> sizeLength);
    let size = first;
    for (let i = 1; i < sizeLength; i++) size = size * 256 + bytes[lengthAt + i]!;
    const from = lengthAt + sizeLength;
    const id = bytes.readUIntBE(at, idLength);
    out.push({ id, body: bytes.subarray(from, from + size), whole: bytes.subarray(at, from + size) });
    at = from + size;
  }
  return out;
}
