import { describe, expect, test } from "vitest";
import { SourceError } from "../src/errors.ts";
import { readSources, titleOf } from "../src/sources.ts";

const file = (name: string) => new File(["x"], name);

describe("sources", () => {
  test("keep their order and their paths", () => {
    const tree = readSources([file("b.txt"), { path: "trip/deep/a.txt", file: file("a.txt") }]);
    expect(tree.files.map(({ path }) => path)).toEqual([["b.txt"], ["trip", "deep", "a.txt"]]);
  });

  test("name only the folders that hold nothing", () => {
    const tree = readSources([
      { path: "trip", folder: true },
      { path: "trip/later", folder: true },
      { path: "trip/a.txt", file: file("a.txt") },
    ]);
    expect(tree.folders).toEqual([["trip", "later"]]);
  });

  test("keep handles of files, and of folders for all that is in them", () => {
    const [own, folder] = [
      { kind: "file" } as FileSystemFileHandle,
      { kind: "directory" } as FileSystemDirectoryHandle,
    ];
    const { handles, folders } = readSources([
      { path: "a.txt", file: file("a.txt"), handle: own },
      { path: "trip", folder: true, handle: folder },
      { path: "trip/b.txt", file: file("b.txt") },
      file("c.txt"),
    ]);
    expect(handles).toEqual({ "a.txt": own, trip: folder });
    expect(folders).toEqual([]);
  });

  test("are refused when there is nothing to share", () => {
    expect(() => readSources([])).toThrow(SourceError);
  });

  test("are refused by name when a path cannot travel", () => {
    expect(() => readSources([{ path: "../secret.txt", file: file("secret.txt") }])).toThrow(/\.\./);
    expect(() => readSources([file("a.txt"), file("A.txt")])).toThrow(/[aA]\.txt/);
    expect(() => readSources([{ path: "a//b.txt", file: file("b.txt") }])).toThrow(SourceError);
  });

  test("give a share a title", () => {
    expect(titleOf(readSources([file("b.txt")]))).toBe("b.txt");
    expect(
      titleOf(
        readSources([
          { path: "trip/a", file: file("a") },
          { path: "trip/b", file: file("b") },
        ]),
      ),
    ).toBe("trip");
    expect(titleOf(readSources([file("a"), file("b"), file("c")]))).toBe("a and 2 more");
  });
});
