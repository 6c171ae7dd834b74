import { expect, test } from "vitest";
import type { Source } from "../../../packages/client/src/api.ts";
import { readEntry, readHandle } from "../src/sources/drop.ts";

type Tree = { readonly [name: string]: Tree | string };

const TREE: Tree = { "a.txt": "A", nested: { deeper: { "b.txt": "BB" }, empty: {} } };
const EXPECTED = ["top/a.txt", "top/nested/deeper/b.txt", "top/nested/empty/"];
const TOP = handleOf("top", TREE);

/** Paths in order; folders end in a slash. */
const draw = (sources: readonly Source[]) =>
  sources.map((source) => (source instanceof File ? source.name : source.path + ("folder" in source ? "/" : "")));

function handleOf(name: string, node: Tree | string): FileSystemDirectoryHandle {
  const handle =
    typeof node === "string"
      ? { kind: "file", name, getFile: async () => new File([node], name) }
      : {
          kind: "directory",
          name,
          async *values() {
            for (const [child, value] of Object.entries(node)) yield handleOf(child, value);
          },
        };
  return handle as unknown as FileSystemDirectoryHandle;
}

/** Hands out one child at a time, as browsers hand out a hundred. */
function entryOf(name: string, node: Tree | string): FileSystemEntry {
  const children = typeof node === "string" ? [] : Object.entries(node).map(([child, value]) => entryOf(child, value));
  const entry = {
    name,
    isFile: typeof node === "string",
    file: (resolve: (file: File) => void) => resolve(new File([String(node)], name)),
    createReader: () => ({
      readEntries: (resolve: (batch: FileSystemEntry[]) => void) => resolve(children.splice(0, 1)),
    }),
  };
  return entry as unknown as FileSystemEntry;
}

test("a dropped folder is read through its handle, which comes along for all that is in it", async () => {
  const sources: Source[] = [];
  await readHandle(TOP, sources);
  expect(draw(sources)).toEqual(["top/", ...EXPECTED]);
  expect(sources.map((source) => "handle" in source && source.handle)).toEqual([TOP, false, false, false]);
});

test("a dropped file comes with its handle", async () => {
  const sources: Source[] = [];
  const handle = handleOf("a.txt", "A");
  await readHandle(handle, sources);
  expect(sources).toMatchObject([{ path: "a.txt", handle }]);
});

test("a dropped folder is read through entries where there are no handles", async () => {
  const sources: Source[] = [];
  await readEntry(entryOf("top", TREE), "", sources);
  expect(draw(sources)).toEqual(EXPECTED);
});
