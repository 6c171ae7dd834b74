import { isFileAddress, parseFileAddress } from "../streaming/address.ts";
import { CLAIM } from "../streaming/messages.ts";
import { type Answer, fileAnswer, nobodyHasIt, noSuchAddress } from "./answers.ts";
import { findSource, type Source, SourceBody } from "./source.ts";

/**
 * The service worker: gives films, sound and pictures of shares to elements of the page, with ranges, while they are being
 * downloaded. The bytes come from the page that runs the share. It keeps no state, so the browser may stop it at any
 * time, and leaves every other address alone: there is no cache.
 */
declare const self: ServiceWorkerGlobalScope;

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => {
  if (event.data === CLAIM) event.waitUntil(self.clients.claim());
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const isOurs = origin === self.location.origin && isFileAddress(pathname);
  if (isOurs && (request.method === "GET" || request.method === "HEAD")) event.respondWith(respond(event, pathname));
});

async function respond(event: FetchEvent, pathname: string): Promise<Response> {
  const file = parseFileAddress(pathname);
  if (!file) return bare(noSuchAddress());
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const source = await findSource(pages, file);
  if (!source) return bare(nobodyHasIt());
  const answer = fileAnswer({ ...source, path: file.path }, event.request);
  if (answer.part !== null) return new Response(bodyOf(event, source, answer.part), answer);
  source.port.close();
  return bare(answer);
}

function bare(answer: Answer): Response {
  return new Response(answer.text, answer);
}

function bodyOf(event: FetchEvent, source: Source, { start, end }: NonNullable<Answer["part"]>): ReadableStream {
  const isOpen = async () => (await self.clients.get(source.pageId)) !== undefined;
  const body = new SourceBody(source, start, end, isOpen);
  event.waitUntil(body.ended);
  return new ReadableStream(body, { highWaterMark: 0 });
}
