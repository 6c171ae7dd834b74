/** Last segment of a path. */
export function fileNameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Name of the ZIP of a whole share. Separators and what Windows refuses become dashes; never empty, never hidden. */
export function zipNameOf(title: string): string {
  const name = title
    .replace(/[/\\:*?"<>|]+/g, "-")
    .replace(/^[.\s]+/, "")
    .trim();
  return `${name === "" ? "starling" : name}.zip`;
}
