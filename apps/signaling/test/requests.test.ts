import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { startServer } from "../src/server.ts";
import { NodeClient } from "./node-client.ts";
import { start } from "./running-server.ts";

const app = mkdtempSync(join(tmpdir(), "starling-app-"));
mkdirSync(join(app, "assets"));
writeFileSync(join(app, "index.html"), "<!doctype html><title>Starling</title>");
writeFileSync(join(app, "assets", "main-abc123.js"), "export {};");
writeFileSync(join(app, "assets", "main-abc123.js.gz"), gzipSync("export {};"));
writeFileSync(join(app, "sw.js"), "// worker");
writeFileSync(join(app, ".secret"), "no");
afterAll(() => rmSync(app, { recursive: true }));

/** Asks with the path exactly as written; fetch would tidy it. */
function get(url: string, path: string, options: { method?: string; headers?: Record<string, string> } = {}) {
  return new Promise<{ status: number | undefined; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const { hostname, port } = new URL(url);
      const sent = request({ hostname, port, path, ...options }, (response) => {
        let body = "";
        response.on("data", (data) => {
          body += data;
        });
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
      });
      sent.on("error", reject).end();
    },
  );
}

describe("the built app", () => {
  test("is served: the page always asked for again, hashed files kept for a year", async () => {
    const { url } = await start({ appFolder: app });
    const page = await get(url, "/");
    expect(page.body).toContain("Starling");
    expect(page.headers).toMatchObject({ "content-type": "text/html;charset=utf-8", "cache-control": "no-cache" });
    const asset = await get(url, "/assets/main-abc123.js");
    expect(asset.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(asset.headers["content-type"]).toBe("text/javascript");
    expect((await get(url, "/sw.js")).headers["cache-control"]).toBe("no-store");
    const again = await get(url, "/", { headers: { "If-None-Match": String(page.headers.etag) } });
    expect(again.status).toBe(304);
  });

  test("comes compressed to who can read that, and plain to others", async () => {
    const { url } = await start({ appFolder: app });
    const packed = await get(url, "/assets/main-abc123.js", { headers: { "Accept-Encoding": "gzip, br" } });
    expect(packed.headers).toMatchObject({ "content-encoding": "gzip", "content-type": "text/javascript" });
    expect(packed.headers.vary).toBe("Accept-Encoding");
    const plain = await get(url, "/assets/main-abc123.js");
    expect([plain.headers["content-encoding"], plain.body]).toEqual([undefined, "export {};"]);
  });

  test("is served under a strict policy", async () => {
    const { url } = await start({ appFolder: app });
    for (const path of ["/", "/assets/main-abc123.js", "/healthz", "/nothing"]) {
      const { headers } = await get(url, path);
      expect(headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self';");
      expect(headers["content-security-policy"]).not.toMatch(/unsafe|\*/);
      expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
    }
  });

  test.each([
    ["/%23/s/aB.cd", "../../#/s/aB.cd"],
    ["/%23%2Fs%2FaB.cd", "./#/s/aB.cd"],
    ["/below/%23/s/aB.cd", "../../#/s/aB.cd"],
  ])("leads %s, a link whose # was escaped, to %s", async (path, link) => {
    const { url } = await start({ appFolder: app });
    const { status, headers } = await get(url, path);
    expect([status, headers.location]).toEqual([302, link]);
  });

  test.each([
    "/nothing",
    "/.secret",
    "/../package.json",
    "/%2e%2e/package.json",
    "/assets/%2e%2e%2f.secret",
    "/%E0%A4%A",
    "//",
    "/assets",
  ])("has nothing at %s", async (path) => {
    const { url } = await start({ appFolder: app });
    const { status, body } = await get(url, path);
    expect(body).not.toContain("no\n");
    if (path !== "//") expect(status).toBe(404);
  });

  test.each(["bytes=9-1", "bytes=-1", "bytes=abc", "bytes=99999-", "bytes=0-99999999999999999999"])(
    "is served whole whatever range is asked, such as %s",
    async (range) => {
      const { url } = await start({ appFolder: app });
      const { status, body } = await get(url, "/sw.js", { headers: { Range: range } });
      expect([status, body]).toEqual([200, "// worker"]);
    },
  );

  test("is missed in words before the first build", async () => {
    const { url } = await start({ appFolder: join(app, "none") });
    expect(await get(url, "/")).toMatchObject({ status: 503, body: expect.stringContaining("npm start") });
  });
});

describe("other addresses", () => {
  test("/healthz, /config.json and /ws answer", async () => {
    const { url } = await start({ ice: [{ urls: ["stun:192.0.2.1"] }] });
    expect(JSON.parse((await get(url, "/healthz")).body)).toEqual({ status: "ok" });
    expect(JSON.parse((await get(url, "/config.json?x=1")).body)).toEqual({ ice: [{ urls: ["stun:192.0.2.1"] }] });
    expect((await get(url, "/ws")).status).toBe(426);
  });

  test("only GET and HEAD are answered", async () => {
    const { url } = await start({ appFolder: app });
    expect((await get(url, "/", { method: "POST" })).status).toBe(405);
    expect(await get(url, "/healthz", { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
  });

  test("/metrics is there only when wanted, and names nobody", async () => {
    const plain = await start();
    expect((await get(plain.url, "/metrics")).status).not.toBe(200);
    const server = await start({ metrics: true });
    const node = await NodeClient.join(server);
    const { body } = await get(server.url, "/metrics");
    expect(body).toContain("starling_nodes 1");
    expect(body).toContain('starling_sent_total{type="welcome"} 1');
    expect(body).not.toContain(node.id);
  });
});

describe("listening", () => {
  test("a taken port is told in a sentence", async () => {
    const { port } = await start();
    await expect(startServer({ port, host: "127.0.0.1" })).rejects.toThrow(`Port ${port} is already in use.`);
  });

  test("a host that is not of this machine is told in a sentence", async () => {
    await expect(startServer({ port: 0, host: "192.0.2.1" })).rejects.toThrow('Cannot listen on "192.0.2.1"');
  });

  test("localhost means the IPv4 loopback at least", async () => {
    const server = await start({ host: "localhost" });
    expect(server.url).toBe(`http://localhost:${server.port}`);
    expect((await get(`http://127.0.0.1:${server.port}`, "/healthz")).status).toBe(200);
  });
});
