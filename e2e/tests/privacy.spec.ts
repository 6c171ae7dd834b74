import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Page, WebSocket } from "playwright/test";
import { doublePage, signalingUrl } from "../doubles/double-page.ts";
import { secretOf } from "../doubles/links.ts";
import { expect, test } from "../fixtures.ts";
import type { Person } from "../person.ts";

const FOLDER = "Falkenstein papers";
const FILE = "confession of the lighthouse keeper.txt";
const TITLE = "Regarding the missing ferry";
const MARKER = "THE-KEEPER-SAW-EVERYTHING-AT-NOON";
const TEXT = `${MARKER}\n`.repeat(20_000);

/** Everything that pages and server said to one another, each frame as its text. */
class Wiretap {
  readonly sent: string[] = [];
  readonly received: string[] = [];

  /** Hears every socket that the page opens from now on. */
  attach(page: Page): void {
    page.on("websocket", (socket: WebSocket) => {
      socket.on("framesent", ({ payload }) => this.sent.push(payload.toString()));
      socket.on("framereceived", ({ payload }) => this.received.push(payload.toString()));
    });
  }

  /** The frames, and what each run of base64url in them decodes to: nothing hides in a body. */
  get everything(): Buffer {
    const frames = [...this.sent, ...this.received];
    const decoded = frames.flatMap((frame) => frame.match(/[A-Za-z0-9_-]{8,}/g) ?? []);
    return Buffer.concat([...frames.map((frame) => Buffer.from(frame)), ...decoded.map(fromBase64Url)]);
  }
}

function fromBase64Url(text: string): Buffer {
  return Buffer.from(text, "base64url");
}

/** What nobody but the link's holders may see, as bytes to search for. */
function secretsOf(link: string): Record<string, Buffer> {
  const secret = secretOf(link);
  return {
    "the folder's name": Buffer.from(FOLDER),
    "the file's name": Buffer.from(FILE),
    "the title": Buffer.from(TITLE),
    "the content": Buffer.from(MARKER),
    "the secret": Buffer.from(secret.bytes),
    "the secret as the link spells it": Buffer.from(secret.text),
    "the secret in hex": Buffer.from(Buffer.from(secret.bytes).toString("hex")),
  };
}

/** Which of these are in the bytes. */
function found(bytes: Buffer, needles: Record<string, Buffer>): string[] {
  return Object.keys(needles).filter((name) => bytes.includes(needles[name] ?? ""));
}

const ADDRESSES: Record<string, RegExp> = {
  "a candidate line": /candidate:|a=candidate|c=IN IP|typ (host|srflx|relay)/i,
  "an IPv4 address": /(?<![\d.])(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\d.])/,
  "an IPv6 address":
    /(?<![\w:])(([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(fe80|fd[0-9a-f]{2}|2[0-9a-f]{3})(:[0-9a-f]{0,4}){2,7})(?![\w:])| ::1 /i,
  "an mDNS name": /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.local/i,
};

function addressesIn(bytes: Buffer): string[] {
  const text = bytes.toString("latin1");
  return Object.keys(ADDRESSES).filter((name) => ADDRESSES[name]?.test(text));
}

/** Shares a text in a folder, with a title, from the script interface. */
async function shareText(sharer: Person): Promise<string> {
  await sharer.page.evaluate(
    async ([folder, name, text, title]) => {
      const file = new File([text], name, { type: "text/plain" });
      await window.starling?.share([{ path: `${folder}/${name}`, file }], { title });
    },
    [FOLDER, FILE, TEXT, TITLE] as const,
  );
  const { link } = await sharer.share();
  if (!link) throw new Error("no link");
  return link;
}

/** The candidates that a page gathers, as they look in the open: shows that the patterns would find them. */
function ownCandidates(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const connection = new RTCPeerConnection();
    connection.createDataChannel("");
    await connection.setLocalDescription();
    await new Promise<void>((resolve) => {
      connection.onicecandidate = ({ candidate }) => candidate ?? resolve();
    });
    const sdp = connection.localDescription?.sdp ?? "";
    connection.close();
    return sdp;
  });
}

test("the server sees no name, no content, no secret and no address of a peer, and logs no id", async ({
  person,
  server,
}) => {
  const wiretap = new Wiretap();
  const sharer = await person("Ada");
  const receiver = await person("Ben");
  for (const someone of [sharer, receiver]) {
    wiretap.attach(someone.page);
    await someone.reload();
  }

  const link = await shareText(sharer);
  await receiver.download(link);
  const saved = await receiver.save(`Save ${FILE}`);
  const ids = [(await sharer.stats()).nodeId, (await receiver.stats()).nodeId];

  // The searches do find what is there.
  expect(found(await readFile(saved), secretsOf(link))).toEqual(["the content"]);
  expect(addressesIn(Buffer.from(await ownCandidates(sharer.page)))).toContain("a candidate line");
  expect(addressesIn(Buffer.from(await ownCandidates(sharer.page))).length).toBeGreaterThan(1);

  const { sent, received, everything } = wiretap;
  for (const type of ["hello", "prove", "signal"]) expect(sent.join().includes(`"${type}"`), type).toBe(true);
  for (const type of ["challenge", "welcome", "signal"]) expect(received.join().includes(`"${type}"`), type).toBe(true);
  // The words of connection set-up stand in the bodies alone, so these were decoded.
  for (const word of ["intent", "accept", "offer", "answer", "candidates"])
    expect(everything.includes(word), word).toBe(true);
  for (const id of ids) expect(everything.includes(id), id).toBe(true);
  expect(sent.filter((frame) => frame.includes('"hello"'))).toHaveLength(2);

  expect(found(everything, secretsOf(link))).toEqual([]);
  expect(addressesIn(everything)).toEqual([]);
  const { root } = await sharer.share();
  for (const form of [Buffer.from(root ?? "?"), Buffer.from(root ?? "", "hex")])
    expect(everything.includes(form)).toBe(false);

  const log = Buffer.from(server.log);
  expect(server.log).toContain("Starling is at");
  expect(found(log, secretsOf(link))).toEqual([]);
  expect(addressesIn(log)).toEqual([]);
  expect(server.log).not.toMatch(/[0-9a-f]{64}|[A-Za-z0-9_-]{43}/);
});

test("a peer without the key gets every piece and learns no name and no content", async ({
  person,
  browser,
  server,
}) => {
  const sharer = await person("Ada");
  const link = await shareText(sharer);
  const page = await doublePage(browser, server.url, "blind-peer");
  const { root } = await sharer.share();
  const loot = await page.evaluate(
    async ([url, root, from]) => {
      const { manifest, pieces, frames } = (await (await window.blindPeer?.(url, root))?.loot(from)) ?? raise();
      const text = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
      return {
        manifest: text(manifest),
        pieces: pieces.map(({ address, bytes }) => ({ address, bytes: text(bytes) })),
        frames: frames.map(text),
      };
      function raise(): never {
        throw new Error("there is no blind peer");
      }
    },
    [signalingUrl(server.url), root ?? "", (await sharer.stats()).nodeId] as const,
  );
  await page.context().close();

  const pieces = loot.pieces.map(({ address, bytes }) => ({ address, bytes: Buffer.from(bytes, "latin1") }));
  for (const { address, bytes } of pieces) expect(createHash("sha256").update(bytes).digest("hex")).toBe(address);
  const total = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
  expect(total).toBeGreaterThan(TEXT.length);

  const all = [loot.manifest, ...loot.frames].map((text) => Buffer.from(text, "latin1"));
  const everything = Buffer.concat([...all, ...pieces.map(({ bytes }) => bytes)]);
  expect(found(everything, secretsOf(link))).toEqual([]);
});
