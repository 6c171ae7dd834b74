/** What is wrong with a share in this tab. */
export class Trouble {
  #problem: { readonly sentence: string; readonly fatal: boolean } | null = null;
  #noRoom: string | null = null;

  /** What happened and what to do; null: nothing is wrong. */
  get sentence(): string | null {
    return this.#problem?.sentence ?? this.#noRoom;
  }

  /** The sentence, if nothing more comes of the share as it is. */
  get fatal(): string | null {
    return this.#problem?.fatal ? this.#problem.sentence : null;
  }

  /** The store has no room, so fetching stands still. */
  get isOutOfRoom(): boolean {
    return this.#noRoom !== null;
  }

  problem(sentence: string, fatal: boolean): void {
    this.#problem = { sentence, fatal };
  }

  outOfRoom(sentence: string): void {
    this.#noRoom = sentence;
  }

  /** What was fatal is tried anew. Returns whether there was such a thing. */
  forgetFatal(): boolean {
    if (this.fatal === null) return false;
    this.#problem = null;
    return true;
  }

  /** The files were chosen anew: only room may still be missing. */
  forgetProblem(): void {
    this.#problem = null;
  }

  forget(): void {
    this.#problem = null;
    this.#noRoom = null;
  }
}
