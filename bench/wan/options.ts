/** What the command line asks for. */
export interface Options {
  readonly rounds: number;
  /** Names of cases; null: all. */
  readonly cases: readonly string[] | null;
  /** Beginnings of names of entries, ignoring case; null: all. */
  readonly only: readonly string[] | null;
  /** Write down where Starling's bytes are over time; costs it a little. */
  readonly trace: boolean;
}

export function readOptions(words: readonly string[]): Options {
  const value = (name: string) => words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? null;
  const list = (name: string) => value(name)?.toLowerCase().split(",").filter(Boolean) ?? null;
  return {
    rounds: Number(value("rounds") ?? 3),
    cases: list("case"),
    only: list("only"),
    trace: words.includes("--trace"),
  };
}
