import type { IDBPTransaction, StoreNames } from "idb";
import type { Database, Tables } from "./schema.ts";

type Names = readonly StoreNames<Tables>[];
type Transaction<N extends Names> = IDBPTransaction<Tables, [...N], "readwrite">;

/**
 * Runs `body` in one readwrite transaction and resolves once it is committed; anything that fails undoes it whole. The
 * body may await nothing but requests of this transaction.
 *
 * Rejects with the transaction's own error where there is one, because that names the cause: requests that merely died
 * with it say AbortError, and a full disk may show no sooner than at the commit.
 */
export async function transact<const N extends Names, T>(
  db: Database,
  names: N,
  options: IDBTransactionOptions,
  body: (tx: Transaction<N>) => Promise<T>,
): Promise<T> {
  const tx = db.transaction<[...N], "readwrite">([...names], "readwrite", options);
  // idb's `done` takes the error event of a request for the end, when the transaction has no error yet.
  tx.done.catch(() => undefined);
  const committed = new Promise<boolean>((resolve) => {
    tx.addEventListener("complete", () => resolve(true));
    tx.addEventListener("abort", () => resolve(false));
  });
  const outcome = await body(tx).then(
    (value) => ({ ok: true as const, value }),
    (error: unknown) => ({ ok: false as const, error }),
  );
  if (!outcome.ok) abort(tx);
  const done = await committed;
  if (!outcome.ok) throw tx.error ?? outcome.error;
  if (!done) throw tx.error ?? new DOMException("The transaction was aborted.", "AbortError");
  return outcome.value;
}

function abort(tx: { abort(): void }): void {
  try {
    tx.abort();
  } catch {
    // It has ended already.
  }
}
