import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mediaKindOf, mediaTypeOf } from "../src/logic/media-types.ts";
import { fileAddress, parseFileAddress } from "../src/streaming/address.ts";
import type { OpenMessage, PageMessage, WorkerMessage } from "../src/streaming/messages.ts";
import { fileAnswer, nobodyHasIt } from "../src/worker/answers.ts";
import { requestedRange } from "../src/worker/ranges.ts";
import { findSource, type Page, SourceBody } from "../src/worker/source.ts";

const ROOT = "ab".repeat(32);

describe("the range of a request", () => {
  it.each([
    [null, "whole"],
    ["bytes=0-", [0, 1000]],
    ["bytes=0-0", [0, 1]],
    ["bytes=10-19", [10, 20]],
    ["bytes=990-5000", [990, 1000]],
    ["bytes=-1", [999, 1000]],
    ["bytes=-5000", [0, 1000]],
    ["BYTES = 3-4", [3, 5]],
    ["bytes=1000-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=5-4", "whole"],
    ["bytes=-", "whole"],
    ["bytes=0-1,5-6", "whole"],
    ["items=0-1", "whole"],
    ["bytes=a-b", "whole"],
    ["bytes=99999999999999999999-", "unsatisfiable"],
  ])("of %s is %s", (header, expected) => {
    const range = requestedRange(header, 1000);
    expect(range.type === "part" ? [range.start, range.end] : range.type).toEqual(expected);
  });

  it("of an empty file is never a part", () => {
    expect(requestedRange("bytes=0-", 0).type).toBe("unsatisfiable");
    expect(requestedRange("bytes=-1", 0).type).toBe("unsatisfiable");
    expect(requestedRange(null, 0).type).toBe("whole");
  });

  it("lies in the file, whatever is asked for", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(), fc.nat({ max: 1e9 }), (noise, first, last, size) => {
        for (const header of [noise, `bytes=${first}-${last}`, `bytes=-${last}`, `bytes=${first}-`]) {
          const range = requestedRange(header, size);
          if (range.type !== "part") continue;
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.start).toBeLessThan(range.end);
          expect(range.end).toBeLessThanOrEqual(size);
        }
      }),
    );
  });
});

describe("the type of a file", () => {
  it.each([
    ["film.webm", "video/webm", "video/webm", "video"],
    ["film.mkv", "", "video/x-matroska", "video"],
    ["FILM.MP4", "application/octet-stream", "video/mp4", "video"],
    ["song.mp3", "audio/mpeg", "audio/mpeg", "audio"],
    ["photo", "Image/JPEG; charset=x", "image/jpeg", "image"],
    ["evil.html", "text/html", null, null],
    ["evil.svg", "image/svg+xml", null, null],
    ["evil.svg", "", null, null],
    ["evil.pdf", "application/pdf", null, null],
    // A type that says what it is counts, not the name that disguises it.
    ["evil.png", "text/html", null, null],
    ["evil.png", "image/svg+xml", null, null],
    ["list.m3u8", "application/vnd.apple.mpegurl", null, null],
    ["list.m3u8", "video/mpegurl", null, null],
    ["folder.mp4/readme", "", null, null],
  ])("%s named %s is served as %s", (path, type, served, kind) => {
    expect([mediaTypeOf(path, type), mediaKindOf(path, type)]).toEqual([served, kind]);
  });
});

describe("the address of a file", () => {
  it("names it and nothing else, whatever its name", () => {
    const segment = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/[/\\]|^\.{1,2}$/.test(text));
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
        const path = segments.join("/");
        const { pathname } = new URL(fileAddress({ root: ROOT, path }), "http://localhost/");
        expect(parseFileAddress(pathname)).toEqual({ root: ROOT, path });
      }),
    );
  });

  it.each([
    "/",
    "/s/",
    `/s/${ROOT}`,
    `/s/${ROOT}/`,
    `/s/${"AB".repeat(32)}/x`,
    "/s/abc/x",
    `/s/${ROOT}/%FF`,
    "/assets/x.js",
  ])("is not %s", (pathname) => {
    expect(parseFileAddress(pathname)).toBeNull();
  });
});

describe("the answer for a file", () => {
  const request = (headers: Record<string, string> = {}, more: { method?: string; mode?: string } = {}) => ({
    method: "GET",
    mode: "no-cors",
    headers: new Headers(headers),
    ...more,
  });
  const film = { path: "a/b (1).webm", size: 1000, mediaType: "video/webm" };

  it("is a part with its place, and is never guessed at, cached or run", () => {
    expect(fileAnswer(film, request({ range: "bytes=10-19" }))).toEqual({
      status: 206,
      part: { start: 10, end: 20 },
      text: null,
      headers: {
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-store",
        "Content-Disposition": "inline",
        "Content-Length": "10",
        "Content-Range": "bytes 10-19/1000",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Content-Type": "video/webm",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
      },
    });
  });

  it("is the whole when a validator is named that we never gave", () => {
    expect(fileAnswer(film, request({ range: "bytes=10-19", "if-range": '"x"' })).part).toEqual({
      start: 0,
      end: 1000,
    });
  });

  it("has no body for HEAD and for what lies behind the end", () => {
    const head = fileAnswer(film, request({}, { method: "HEAD" }));
    expect([head.status, head.part, head.headers["Content-Length"]]).toEqual([200, null, "1000"]);
    const behind = fileAnswer(film, request({ range: "bytes=1000-" }));
    expect([behind.status, behind.part, behind.headers["Content-Range"]]).toEqual([416, null, "bytes */1000"]);
  });

  it("is a file to save when it is opened as a document, or may not be shown", () => {
    const opened = fileAnswer(film, request({}, { mode: "navigate" }));
    const page = fileAnswer({ ...film, path: "it's.html", mediaType: "text/html" }, request());
    expect([opened, page].map(({ headers }) => [headers["Content-Type"], headers["Content-Disposition"]])).toEqual([
      ["application/octet-stream", "attachment; filename*=UTF-8''b%20%281%29.webm"],
      ["application/octet-stream", "attachment; filename*=UTF-8''it%27s.html"],
    ]);
  });

  it("says what to do when nobody has it", () => {
    expect(nobodyHasIt()).toMatchObject({ status: 503, text: expect.stringMatching(/Open the share's page/) });
  });
});

/** A page that answers every question with these messages, and keeps what it is told. */
function pageThat(
  id: string,
  ...answers: readonly PageMessage[]
): Page & { heard: WorkerMessage[]; port: MessagePort | null } {
  const page = {
    id,
    heard: [] as WorkerMessage[],
    port: null as MessagePort | null,
    postMessage: (_message: OpenMessage, [port]: Transferable[]) => {
      page.port = port as MessagePort;
      page.port.onmessage = ({ data }) => page.heard.push(data);
      for (const answer of answers) page.port.postMessage(answer);
    },
  };
  return page;
}

const offer = (runs: boolean): PageMessage => ({ type: "file", size: 6, mediaType: "video/webm", runs });
const FILE = { root: ROOT, path: "x" };

describe("finding a page that has the file", () => {
  it.each([
    ["none at all", [], null],
    ["one that has not", [pageThat("a", { type: "none" })], null],
    ["one that runs it", [pageThat("a", { type: "none" }), pageThat("b", offer(true))], "b"],
    ["one that has the whole, and one that runs it", [pageThat("a", offer(false)), pageThat("b", offer(true))], "b"],
    ["one that has the whole", [pageThat("a", offer(false)), pageThat("b", { type: "none" })], "a"],
    ["one that never answers, and one that runs it", [pageThat("a"), pageThat("b", offer(true))], "b"],
  ])("among %s", async (_what, pages, expected) => {
    const source = await findSource(pages, FILE);
    expect(source?.pageId ?? null).toBe(expected);
    source?.port.close();
    for (const { port } of pages) port?.close();
  });
});

describe("the body of an answer", () => {
  async function bodyFrom(answers: (message: WorkerMessage) => readonly PageMessage[]) {
    const page = pageThat("a", offer(true));
    const source = (await findSource([page], FILE))!;
    page.port!.onmessage = ({ data }) => {
      page.heard.push(data);
      for (const answer of answers(data)) page.port!.postMessage(answer);
    };
    const body = new SourceBody(source, 0, 6, async () => true);
    return { page, body, stream: new ReadableStream(body, { highWaterMark: 0 }) };
  }

  it("asks for a chunk at a time, and for none before it is read", async () => {
    let left = 3;
    const { page, body, stream } = await bodyFrom(({ type }) =>
      type === "pull" ? [left-- > 0 ? { type: "chunk", bytes: Uint8Array.of(left, 9) } : { type: "end" }] : [],
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(page.heard).toEqual([{ type: "read", start: 0, end: 6 }]);
    const reader = stream.getReader();
    expect((await reader.read()).value).toEqual(Uint8Array.of(2, 9));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(page.heard.filter(({ type }) => type === "pull")).toHaveLength(1);
    await reader.read();
    await reader.read();
    expect((await reader.read()).done).toBe(true);
    await body.ended;
  });

  it("tells the page when the reader goes away", async () => {
    const { page, body, stream } = await bodyFrom(() => []);
    await stream.cancel();
    await body.ended;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(page.heard.at(-1)).toEqual({ type: "cancel" });
    page.port?.close();
  });

  it("fails when the page fails", async () => {
    const { page, stream } = await bodyFrom(({ type }) => (type === "pull" ? [{ type: "failed" }] : []));
    await expect(stream.getReader().read()).rejects.toThrow(/closed, or could not read/);
    page.port?.close();
  });
});
