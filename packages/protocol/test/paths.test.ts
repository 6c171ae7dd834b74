import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { utf8 } from "../src/bytes.ts";
import { displayName } from "../src/display-name.ts";
import { describePathProblem } from "../src/path-sentences.ts";
import { checkPath, checkPaths, type Path, type PathProblem } from "../src/paths.ts";
import { cpuTime } from "./cpu-time.ts";

const split = (text: string) => text.split("/");

describe("checkPath", () => {
  it.each([
    "a.txt",
    "a folder/another one/x",
    ".hidden",
    "ends with dots..",
    "10:30 meeting.txt",
    "CONSOLE.txt",
    "company/COM10",
    "nul-points.txt",
    "تقرير السنة.pdf",
    "年度报告/第一章.md",
    "👨‍👩‍👧 family 🏳️‍🌈.jpg",
    "Straße.txt",
    "__proto__/constructor",
    "x".repeat(200),
    "é".repeat(127),
    Array(64).fill("d").join("/"),
  ])("lets %j pass", (path) => {
    expect(checkPath(split(path))).toBeNull();
  });

  const refused: [string[], PathProblem][] = [
    [[], "empty"],
    [[""], "empty"],
    [["", "etc", "passwd"], "empty"],
    [["a", "", "b"], "empty"],
    [["a", ""], "empty"],
    [["."], "dots"],
    [[".."], "dots"],
    [["a", "..", "b"], "dots"],
    [[".. "], "dots"],
    [["..."], "dots"],
    [[" "], "dots"],
    [["a/b"], "separator"],
    [["..\\..\\x"], "separator"],
    [["a\0.txt"], "control"],
    [["a\nb"], "control"],
    [["a\u007f"], "control"],
    [["a\u0085"], "control"],
    [["a\ud83d"], "surrogate"],
    [["\ude00b"], "surrogate"],
    [["C:"], "drive"],
    [["c:x.txt"], "drive"],
    [["CON"], "reserved"],
    [["a", "nul.tar.gz"], "reserved"],
    [["com1 .txt"], "reserved"],
    [["Lpt9"], "reserved"],
    [["COM²"], "reserved"],
    [["conin$"], "reserved"],
    [["x".repeat(256)], "too-long"],
    [["é".repeat(128)], "too-long"],
    [["😀".repeat(64)], "too-long"],
    [Array(65).fill("d"), "too-deep"],
    [Array(21).fill("d".repeat(200)), "too-deep"],
  ];
  it.each(refused)("refuses %j as %s", (path, problem) => {
    expect(checkPath(path)).toBe(problem);
  });

  it("lets nothing pass that could leave the folder or name two things", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 6 }), { maxLength: 4 }), (path) => {
        if (checkPath(path) !== null) return;
        for (const segment of path) {
          expect(segment).not.toMatch(/^\.*$|[/\\\0]/);
          expect(utf8(segment).length).toBeLessThanOrEqual(255);
          expect(segment).not.toMatch(/\p{Cs}/u);
        }
      }),
    );
  });
});

describe("checkPaths", () => {
  const check = (files: string[], folders: string[] = []) => checkPaths(files.map(split), folders.map(split));

  it("lets different files and folders pass", () => {
    expect(check(["a", "b/a", "b/c/a", "kısa.txt", "kisa.txt"], ["d", "b/e", "b"])).toBeNull();
  });

  it.each([
    ["a.txt", "a.txt"],
    ["Report.txt", "rePORT.TXT"],
    ["A/x", "a/X"],
    ["é.txt", "e\u0301.txt"],
    ["STRASSE", "straße"],
    ["STRAẞE", "straße"],
    ["ΣΊΣΥΦΟΣ", "σίσυφος"],
    ["σίσυφοσ", "σίσυφος"],
    ["K", "\u212a"],
    ["name", "name."],
    ["name. .", "NAME"],
  ])("refuses %j beside %j", (one, other) => {
    expect(check([one, "between", other])).toEqual({ problem: "duplicate", path: split(other), other: split(one) });
  });

  it("refuses a folder listed twice, but not a folder that has files", () => {
    expect(check([], ["a", "A"])?.problem).toBe("duplicate");
    expect(check(["a/x"], ["a"])).toBeNull();
  });

  it.each([
    [["a", "A/b"], []],
    [["a/b", "a"], []],
    [["a/b/c/d", "A/B"], []],
    [["a"], ["a"]],
    [["a"], ["a/b/c"]],
  ])("refuses a file that is also a folder in %j with folders %j", (files, folders) => {
    const finding = check(files, folders);
    expect(finding?.problem).toBe("conflict");
    expect(finding?.other).toBeDefined();
  });

  it("is quick for many and deep paths", () => {
    const files = Array.from({ length: 60_000 }, (_, i) => ["Fotos", `Ä${i % 100}`, "tief", "tiefer", `${i}.jpg`]);
    expect(cpuTime(() => expect(checkPaths(files)).toBeNull())).toBeLessThan(2000);
  });
});

describe("describePathProblem", () => {
  const sentence = (files: Path[]) => {
    const finding = checkPaths(files);
    return finding === null ? null : describePathProblem(finding);
  };

  it("names both paths of a pair", () => {
    expect(sentence([["Report.txt"], ["report.txt"]])).toBe(
      "“report.txt” and “Report.txt” are the same name on many computers. Rename one and share again.",
    );
    expect(sentence([["a.txt"], ["a.txt"]])).toBe("“a.txt” is there twice. Remove or rename one and share again.");
  });

  it("has a sentence for every problem, without the characters that it complains about", () => {
    const paths: Path[] = [
      [],
      [".."],
      ["a/b"],
      ["a\u0007"],
      ["a\ud800"],
      ["C:"],
      ["nul"],
      ["x".repeat(256)],
      Array(65).fill("d"),
    ];
    for (const path of paths) {
      expect(sentence([path])).toMatch(/^[A-Z“].* again\.$/);
      expect(sentence([path])).not.toMatch(/[\p{Cc}\p{Cs}]/u);
    }
    expect(sentence([["a"], ["a", "b"]])).toContain("both a file and a folder");
  });
});

describe("displayName", () => {
  it.each([
    ["photo\u202egpj.exe", "photogpj.exe"],
    ["a\u200bb\u2060c\ufeffd", "abcd"],
    ["\u2066x\u2069", "x"],
    ["line\nbreak\u2028", "linebreak"],
    ["half \ud83d", "half "],
    ["فيلم\u200f.mp4", "فيلم.mp4"],
    ["\u3164\u115f", "\ufffd"],
    ["a\u200db", "ab"],
    ["", ""],
  ])("shows %j as %j", (text, shown) => {
    expect(displayName(text)).toBe(shown);
  });

  it.each(["👨‍👩‍👧 🏳️‍🌈 👩🏽‍🚀.jpg", "می‌خواهم.txt", "日本語 العربية ελληνικά.txt"])("leaves %j as it is", (text) => {
    expect(displayName(text)).toBe(text);
  });
});
