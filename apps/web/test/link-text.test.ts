import { expect, test } from "vitest";
import { fileNameOf, zipNameOf } from "../src/logic/file-names.ts";
import { linkOfRoute, routeOfLink } from "../src/logic/link-text.ts";
import { qrPath } from "../src/logic/qr.ts";

test("a link is found within what people paste", () => {
  expect(routeOfLink("here: <https://s.example/x/#/s/aB-_.cd.ef> bye")).toBe("/s/aB-_.cd.ef");
  expect(routeOfLink("#/s/a.b")).toBe("/s/a.b");
  expect(routeOfLink("https://s.example/#/share/1")).toBeNull();
  expect(routeOfLink("")).toBeNull();
});

test.each([
  ["https://s.example/#/s/aB-_.cd.", "the end of a sentence"],
  ["(https://s.example/#/s/aB-_.cd)", "brackets"],
  ["“https://s.example/#/s/aB-_.cd”", "quotes"],
  ["https://s.example/#/s/aB-_.cd%20", "an escaped space"],
  ["https://s.example/%23/s/aB-_.cd", "an escaped #"],
  ["https://s.example/#%2Fs%2FaB-_%2ecd", "escaped slashes and dots"],
  ["https://s.example/#/s/aB-_.cd?utm_source=x", "a query at the wrong end"],
])("of %s the route is read without %s", (text) => {
  expect(routeOfLink(text)).toBe("/s/aB-_.cd");
});

test("what is no sign of a link stays in it, for the client to refuse", () => {
  expect(routeOfLink("https://s.example/#/s/not+a+link")).toBe("/s/not+a+link");
  expect(routeOfLink("https://s.example/#/s2/newer")).toBe("/s2/newer");
  expect(routeOfLink("https://s.example/#/s/")).toBe("/s/");
});

test("a route becomes a link of this page again", () => {
  expect(linkOfRoute("https://s.example/x/", "/s/a.b")).toBe("https://s.example/x/#/s/a.b");
});

test("a ZIP has a name that every system takes", () => {
  expect(zipNameOf("a/b: c?")).toBe("a-b- c-.zip");
  expect(zipNameOf("..hidden")).toBe("hidden.zip");
  expect(zipNameOf(" ")).toBe("starling.zip");
  expect(fileNameOf("a/b/c.txt")).toBe("c.txt");
});

test("a QR code begins with its quiet zone and draws dark runs", () => {
  const { size, path } = qrPath("https://s.example/#/s/a.b");
  expect(size).toBeGreaterThan(28);
  expect(path.startsWith("M4 4h7v1h-7z")).toBe(true);
});
