import { describe, expect, test } from "vitest";
import { SourceError } from "../src/errors.ts";
import { grantedSources, matchingSources } from "../src/file-handles.ts";
import type { Handles } from "../src/sources.ts";

type Tree = { readonly [name: string]: Tree | string };

const FILES = ["trip/a.txt", "trip/deep/b.txt", "trip/deep/c.txt"];
const TRIP: Tree = { "a.txt": "A", deep: { "b.txt": "BB", "c.txt": "CCC" } };

/** Handles of files and folders in memory, with the browser's answer to both kinds of question. */
class Disk {
  readonly asked: string[] = [];
  readonly opened: string[] = [];
  answer: PermissionState = "granted";

  handle(name: string, node: Tree | string): Handles[string] {
    const question = async () => {
      this.asked.push(name);
      return this.answer;
    };
    const common = { name, queryPermission: question, requestPermission: question };
    const handle = typeof node === "string" ? this.#file(name, node) : this.#folder(node);
    return { ...common, ...handle } as unknown as Handles[string];
  }

  #file(name: string, text: string) {
    return { kind: "file", getFile: async () => new File([text], name) };
  }

  #folder(tree: Tree) {
    const child = async (name: string, isFile: boolean) => {
      const node = tree[name];
      if (node === undefined || (typeof node === "string") !== isFile) throw new DOMException("gone", "NotFoundError");
      if (!isFile) this.opened.push(name);
      return this.handle(name, node);
    };
    return {
      kind: "directory",
      getFileHandle: (name: string) => child(name, true),
      getDirectoryHandle: (name: string) => child(name, false),
    };
  }
}

function wanted(...paths: readonly string[]) {
  return paths.map((path) => ({ path, size: 1, type: "" }));
}

describe("kept handles", () => {
  test("of a folder open all that is in it, by one question and one look at each folder", async () => {
    const disk = new Disk();
    const handles = { trip: disk.handle("trip", TRIP) };
    const tree = await grantedSources(handles, wanted(...FILES), "ask");
    expect(tree?.files.map(({ path, file }) => [path.join("/"), file.size])).toEqual(
      FILES.map((path, i) => [path, i + 1]),
    );
    expect(tree?.handles).toBe(handles);
    expect(disk.asked).toEqual(["trip"]);
    expect(disk.opened).toEqual(["deep"]);
  });

  test("of files and folders serve together", async () => {
    const disk = new Disk();
    const handles = { "x.txt": disk.handle("x.txt", "X"), trip: disk.handle("trip", TRIP) };
    const tree = await grantedSources(handles, wanted("trip/a.txt", "x.txt"), "granted");
    expect(tree?.files.map(({ file }) => file.name)).toEqual(["a.txt", "x.txt"]);
  });

  test("of a single file serve under whatever name it has now", async () => {
    const disk = new Disk();
    const tree = await grantedSources({ "new.txt": disk.handle("new.txt", "N") }, wanted("old.txt"), "granted");
    expect(tree?.files.map(({ path, file }) => [path, file.name])).toEqual([[["old.txt"], "new.txt"]]);
  });

  test("open nothing when the browser does not allow it, has none, or refuses to ask", async () => {
    const disk = new Disk();
    disk.answer = "prompt";
    const handle = disk.handle("a.txt", "A");
    expect(await grantedSources({ "a.txt": handle }, wanted("a.txt"), "granted")).toBeNull();
    expect(await grantedSources({}, wanted("a.txt"), "ask")).toBeNull();
    const refusing = {
      ...handle,
      requestPermission: () => Promise.reject(new DOMException("no click", "SecurityError")),
    };
    expect(await grantedSources({ "a.txt": refusing }, wanted("a.txt"), "ask")).toBeNull();
    const silent = { kind: "file", name: "a.txt" } as Handles[string];
    expect(await grantedSources({ "a.txt": silent }, wanted("a.txt"), "ask")).toBeNull();
  });

  test("name a file that is gone, or that none of them leads to", async () => {
    const disk = new Disk();
    const handles = { trip: disk.handle("trip", TRIP) };
    for (const path of ["trip/lost.txt", "trip/lost/a.txt", "other/a.txt", "a.txt"]) {
      const opening = grantedSources(handles, wanted("trip/a.txt", path), "granted");
      await expect(opening).rejects.toThrow(SourceError);
      await expect(opening).rejects.toThrow(`“${path}” can no longer be read`);
    }
  });

  test("open a folder of thousands", async () => {
    const names = Array.from({ length: 5_000 }, (_, i) => `${i}.txt`);
    const disk = new Disk();
    const handles = { many: disk.handle("many", Object.fromEntries(names.map((name) => [name, "x"]))) };
    const tree = await grantedSources(handles, wanted(...names.map((name) => `many/${name}`)), "granted");
    expect(tree?.files.map(({ file }) => file.name)).toEqual(names);
    expect(disk.asked).toEqual(["many"]);
  });
});

describe("files that are chosen again", () => {
  const listed = [
    { path: "trip/a.txt", size: 1, type: "" },
    { path: "b.txt", size: 2, type: "" },
  ];
  const chosen = (files: Readonly<Record<string, string>>) => ({
    files: Object.entries(files).map(([path, text]) => ({ path: path.split("/"), file: new File([text], path) })),
    folders: [],
    handles: {},
  });

  test("serve in the order of the list, whatever else was chosen", () => {
    const found = matchingSources(listed, chosen({ "c.txt": "CCC", "b.txt": "BB", "trip/a.txt": "A" }));
    expect(found.map(({ path, file }) => [path.join("/"), file.name])).toEqual([
      ["trip/a.txt", "trip/a.txt"],
      ["b.txt", "b.txt"],
    ]);
  });

  test("serve under the name that was shared if there is only one", () => {
    const [found] = matchingSources(listed.slice(1), chosen({ "renamed.txt": "XX" }));
    expect([found?.path, found?.file.name]).toEqual([["b.txt"], "renamed.txt"]);
  });

  test("are refused by name where one is missing or has another size", () => {
    const refused = (files: Readonly<Record<string, string>>) => () => matchingSources(listed, chosen(files));
    expect(refused({ "trip/a.txt": "A" })).toThrow(/“b.txt” is missing/);
    expect(refused({ "trip/a.txt": "A", "b.txt": "BBB" })).toThrow(/“b.txt” has another size/);
    expect(refused({ "a.txt": "A", "b.txt": "BB" })).toThrow(SourceError);
  });
});
