import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** What the emulated hosts need and this machine lacks, each as a sentence. */
export function missingRequirements(): string[] {
  const missing: string[] = [];
  if (process.platform !== "linux") return ["The emulated hosts are Linux network namespaces: run this on Linux."];
  if (process.getuid?.() !== 0) missing.push("Only root may make network namespaces: run this as root.");
  if (!hasProgram("ip")) missing.push("The program ip is missing: install iproute2.");
  if (!hasProgram("cc")) missing.push("A C compiler is missing: install one that can be called as cc, such as gcc.");
  if (!existsSync("/dev/net/tun")) missing.push("/dev/net/tun is missing: load the kernel's module tun.");
  return missing;
}

function hasProgram(name: string): boolean {
  return !spawnSync(name, ["--version"], { stdio: "ignore" }).error;
}
