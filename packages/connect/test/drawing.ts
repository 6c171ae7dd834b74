import type { World } from "./world.ts";

/**
 * The trace of a world of two as a drawing, to compare with one in a test:
 *
 *     a intent ->
 *                     <- accept b
 *     create
 *                        LINK-UP b
 *
 * What a does is on the left, what b does on the right; runs of candidates are one line.
 */
export function drawing(world: World): string {
  const lines = world.trace.map((line) => drawn(line));
  const kept = lines.filter((line, index) => !(line.includes("candidates") && lines[index - 1] === line));
  return `\n${kept.join("\n")}\n`;
}

function drawn(line: string): string {
  const [name = "", ...rest] = line.split(" ");
  const isLeft = name === "a";
  if (rest[0] !== "->") return isLeft ? rest.join(" ") : `${" ".repeat(28)}${rest.join(" ")}`;
  const type = rest[2] ?? "";
  return isLeft ? `${type} ->` : `${" ".repeat(25)}<- ${type}`;
}
