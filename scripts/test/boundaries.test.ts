import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** file | line of code | the rule that must refuse it, or "" where it must pass. */
const CASES: readonly (readonly [file: string, code: string, rule: string])[] = [
  // protocol is the bottom
  ["packages/protocol/src", 'export * from "./other.ts";', ""],
  ["packages/protocol/src", 'export * from "@noble/hashes/sha2.js";', ""],
  ["packages/protocol/src", 'export * from "@starling/swarm";', "noRestrictedImports"],
  ["packages/protocol/src", 'export * from "../../swarm/src/index.ts";', "noRestrictedImports"],
  ["packages/protocol/src", 'export * from "node:crypto";', "noRestrictedImports"],
  // machines see protocol alone
  ["packages/swarm/src", 'export * from "./other.ts";', ""],
  ["packages/swarm/src/inner", 'export * from "../other.ts";', ""],
  ["packages/swarm/src", 'export * from "@starling/protocol";', ""],
  ["packages/swarm/src", 'export * from "@starling/connect";', "noRestrictedImports"],
  ["packages/swarm/src", 'import type { A } from "@starling/connect"; export type B = A;', "noRestrictedImports"],
  ["packages/swarm/src", 'import { A } from "@starling/dht/src/a.ts"; export const b = A;', "noRestrictedImports"],
  ["packages/swarm/src", 'export * from "../../connect/src/index.ts";', "noRestrictedImports"],
  ["packages/swarm/src", 'export const a = import("@starling/connect");', "noRestrictedImports"],
  ["packages/swarm/src", 'export * from "node:fs";', "noRestrictedImports"],
  ["packages/swarm/src", 'export * from "idb";', "noRestrictedImports"],
  ["packages/connect/src", 'export * from "@starling/swarm";', "noRestrictedImports"],
  ["packages/dht/src", 'export * from "@starling/swarm";', "noRestrictedImports"],
  ["packages/sim/src", 'export * from "@starling/swarm";', "noRestrictedImports"],
  ["packages/swarm/test", 'export * from "@starling/sim";', ""],
  ["packages/swarm/test", 'export * from "@starling/client";', "noRestrictedImports"],
  ["apps/signaling/src/hub", 'export * from "@starling/protocol";', ""],
  ["apps/signaling/src/hub", 'export * from "ws";', "noRestrictedImports"],
  ["apps/signaling/src/hub", 'export * from "../server.ts";', "noRestrictedImports"],
  // adapters and the server
  ["packages/store/src", 'export * from "@starling/protocol";', ""],
  ["packages/store/src", 'export * from "idb";', ""],
  ["packages/store/src", 'export * from "@starling/swarm";', "noRestrictedImports"],
  ["packages/store/src", 'export * from "simple-peer";', "noRestrictedImports"],
  ["packages/transport/src", 'export * from "simple-peer/simplepeer.min.js";', ""],
  ["packages/transport/src", 'export * from "../../connect/src/inputs.ts";', "noRestrictedImports"],
  ["packages/transport/src", 'export * from "@starling/client";', "noRestrictedImports"],
  ["apps/signaling/src", 'export * from "ws";', ""],
  ["apps/signaling/src", 'export * from "./hub/hub.ts";', ""],
  ["apps/signaling/src", 'export * from "@starling/client";', "noRestrictedImports"],
  // composition root and pages
  ["packages/client/src", 'export * from "@starling/swarm";', ""],
  ["packages/client/src", 'export * from "@starling/sim";', "noRestrictedImports"],
  ["packages/client/src", 'export * from "@starling/web";', "noRestrictedImports"],
  ["packages/client/src", 'export * from "node:fs";', "noRestrictedImports"],
  ["packages/client/src", 'export * from "simple-peer";', "noRestrictedImports"],
  ["apps/web/src", 'export * from "@starling/client";', ""],
  ["apps/web/src", 'export * from "react";', ""],
  ["apps/web/src", 'export * from "@starling/protocol";', "noRestrictedImports"],
  ["apps/web/src", 'export * from "../../../packages/store/src/index.ts";', "noRestrictedImports"],
  ["apps/web/src", 'export * from "idb";', "noRestrictedImports"],
  // product tests and benchmarks drive the built app; doubles and micro-benchmarks may look inside
  ["e2e/tests", 'export * from "@starling/signaling";', ""],
  ["e2e/tests", 'export * from "@starling/swarm";', "noRestrictedImports"],
  ["e2e/doubles", 'export * from "@starling/swarm";', ""],
  ["bench/src", 'export * from "@starling/swarm";', "noRestrictedImports"],
  ["bench/micro", 'export * from "@starling/store";', ""],
  ["bench/signaling", 'export * from "@starling/protocol";', ""],
  // purity
  ...[
    "packages/protocol/src",
    "packages/dht/src",
    "packages/swarm/src",
    "packages/connect/src",
    "packages/sim/src",
  ].flatMap(
    (folder) =>
      [
        [folder, "export const now = () => Date.now();", "noRestrictedGlobals"],
        [folder, "export const now = () => new Date();", "noRestrictedGlobals"],
        [folder, "export const now = () => performance.now();", "noRestrictedGlobals"],
        [folder, "export const dice = () => Math.random();", "plugin"],
      ] as const,
  ),
  ["apps/signaling/src/hub", "export const now = () => Date.now();", "noRestrictedGlobals"],
  ["apps/signaling/src/hub", "export const dice = () => Math.random();", "plugin"],
  ["packages/swarm/src", "export const later = () => setTimeout(() => {}, 1);", "noRestrictedGlobals"],
  ["packages/swarm/src", "export const later = () => setInterval(() => {}, 1);", "noRestrictedGlobals"],
  ["packages/swarm/src", "export const id = () => crypto.randomUUID();", "noRestrictedGlobals"],
  ["packages/swarm/src", "export const all = () => globalThis;", "noRestrictedGlobals"],
  ["packages/swarm/src", "export const done = () => Promise.resolve();", "noRestrictedGlobals"],
  ["packages/swarm/src", "export async function work() { return 1; }", "plugin"],
  ["packages/swarm/src", "export const work = async () => 1;", "plugin"],
  ["packages/swarm/src", "export const half = (n: number) => Math.floor(n / 2);", ""],
  ["packages/swarm/test", "export const now = () => Date.now();", ""],
  // taste held by errors
  ["packages/store/src", 'export * from "./other";', "useImportExtensions"],
  ["packages/store/src", "export const a: any = 1;", "noExplicitAny"],
  ["packages/store/src", "export const a = (b: string | null) => b!.length;", "noNonNullAssertion"],
  ["packages/store/test", "export const a = (b: string | null) => b!.length;", ""],
];

const tree = mkdtempSync(join(tmpdir(), "starling-boundaries-"));
const found = new Map<string, string[]>();

interface Diagnostic {
  readonly category: string;
  readonly severity: string;
  readonly location: { readonly path: string };
}

beforeAll(() => {
  cpSync(join(root, "biome.json"), join(tree, "biome.json"));
  cpSync(join(root, "scripts", "lint"), join(tree, "scripts", "lint"), { recursive: true });
  writeFileSync(join(tree, ".gitignore"), "");
  CASES.forEach(([folder, code], index) => {
    const file = join(tree, folder, `case-${index}.ts`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${code}\n`);
    writeFileSync(join(tree, folder, "other.ts"), "export const other = 1;\n");
  });
  const biome = join(root, "node_modules", "@biomejs", "biome", "bin", "biome");
  const run = spawnSync(
    process.execPath,
    [biome, "lint", "--reporter=json", "--max-diagnostics=none", "--vcs-enabled=false", "."],
    {
      cwd: tree,
      encoding: "utf8",
    },
  );
  const { diagnostics } = JSON.parse(run.stdout) as { diagnostics: Diagnostic[] };
  for (const { category, severity, location } of diagnostics) {
    if (severity !== "error") continue;
    const path = location.path;
    found.set(path, [...(found.get(path) ?? []), category]);
  }
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

describe("the linter holds the folder boundaries and the purity rules", () => {
  CASES.forEach(([folder, code, rule], index) => {
    test(`${folder}: ${code} ${rule === "" ? "passes" : `is refused by ${rule}`}`, () => {
      const rules = (found.get(`${folder}/case-${index}.ts`) ?? []).map((category) => category.split("/").at(-1));
      expect(rules).toEqual(rule === "" ? [] : [rule]);
    });
  });
});
