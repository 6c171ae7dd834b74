import { openDB } from "idb";
import { type Database, type Tables, upgrade, VERSION } from "./schema.ts";

/**
 * One database connection that survives its own end: the browser may close it (storage cleared, disk error), and we close
 * it ourselves when another tab wants to upgrade or delete the database. The next operation opens it again.
 */
export class Connection {
  readonly #name: string;
  readonly #onBlocked: () => void;
  #opening: Promise<Database> | null = null;
  #closed = false;

  /** @param onBlocked another tab holds an older version open, so opening waits until that tab is closed. */
  constructor(name: string, onBlocked: () => void) {
    this.#name = name;
    this.#onBlocked = onBlocked;
  }

  /**
   * Runs the operation; once more on a fresh connection when the old one ended under it. Operations must therefore be
   * harmless when done twice.
   */
  async run<T>(operation: (db: Database) => Promise<T>): Promise<T> {
    const opening = this.#open();
    try {
      return await operation(await opening);
    } catch (error) {
      if (this.#closed || !this.#endedDuring(opening, error)) throw error;
      return operation(await this.#open());
    }
  }

  /** Waits for transactions under way. Later operations reject. */
  async close(): Promise<void> {
    this.#closed = true;
    const opening = this.#opening;
    this.#opening = null;
    const db = await opening?.catch(() => null);
    db?.close();
  }

  #open(): Promise<Database> {
    if (this.#closed) return Promise.reject(new DOMException("The store was closed.", "InvalidStateError"));
    if (this.#opening) return this.#opening;
    const forget = (): void => {
      if (this.#opening === opening) this.#opening = null;
    };
    const opening = openDB<Tables>(this.#name, VERSION, {
      upgrade,
      blocked: this.#onBlocked,
      blocking: () => {
        forget();
        void opening.then((db) => db.close());
      },
      terminated: forget,
    });
    opening.catch(forget);
    this.#opening = opening;
    return opening;
  }

  /** We never abort a sound transaction: an abort without a reason, or a refusal to start one, is the connection's end. */
  #endedDuring(opening: Promise<Database>, error: unknown): boolean {
    if (this.#opening !== opening) return true;
    const ended = error instanceof DOMException && (error.name === "InvalidStateError" || error.name === "AbortError");
    if (ended) {
      this.#opening = null;
      void opening.then((db) => db.close());
    }
    return ended;
  }
}
