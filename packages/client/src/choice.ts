import type { ShareModel } from "./share-model.ts";

/** What a person chose of a share's files, as its record keeps it. */
export class Choice {
  readonly #model: ShareModel;
  readonly #changed: () => void;
  #paths: readonly string[] | null = null;

  constructor(model: ShareModel, changed: () => void) {
    this.#model = model;
    this.#changed = changed;
  }

  /** In the order of the list; the same array until something changes. */
  get paths(): readonly string[] {
    this.#paths ??= this.#model.selection?.paths() ?? [];
    return this.#paths;
  }

  /** Everything chosen is here and verified. */
  get isComplete(): boolean {
    return this.#model.selection?.isComplete ?? false;
  }

  /** These, or everything, were chosen already, and all that is chosen is here and verified. */
  isDone(paths: readonly string[] | undefined): boolean {
    const chosen = new Set(this.paths);
    const asked = paths ?? this.#model.files.map(({ path }) => path);
    return this.isComplete && asked.every((path) => chosen.has(path));
  }

  /** Adds these, or everything. @throws PathError if one is not in the share, before anything changes. */
  select(paths: readonly string[] | undefined): void {
    this.check(paths);
    const { selection, data } = this.#model;
    if (data.mine) return;
    if (paths === undefined) data.wanted = "all";
    else if (data.wanted !== "all") data.wanted = [...new Set([...data.wanted, ...paths])];
    selection?.select(paths ?? "all");
    this.#tell();
  }

  /** Takes these out. @throws PathError if one is not in the share, before anything changes. */
  deselect(paths: readonly string[]): void {
    this.check(paths);
    const { selection, data } = this.#model;
    if (!selection) return;
    selection.deselect(paths);
    data.wanted = selection.paths();
    this.#tell();
  }

  /** @throws PathError if one is not in the share, once its list is known. */
  check(paths: readonly string[] | undefined): void {
    if (!this.#model.isListed) return;
    for (const path of paths ?? []) this.#model.selection?.fileIndex(path);
  }

  /** Another tab changed the record. */
  reread(): void {
    this.#paths = null;
  }

  #tell(): void {
    this.#paths = null;
    this.#changed();
  }
}
