import { byDistance, shortId } from "../logic/ids.ts";
import type { Answer, AskedNode, LookupTrace } from "../logic/lookup-trace.ts";
import { lookupSentence } from "../logic/network-facts.ts";
import { CopyId } from "./copy-id.tsx";
import { DataTable } from "./data-table.tsx";

const HEAD = [{ name: "Tab asked" }, { name: "Over", number: true }, { name: "Answer" }] as const;
const ANSWERS: Record<Answer, string> = { answered: "Answered", waiting: "Waiting", silent: "None seen" };

/** The latest look-up, node by node, and the ones before it in a line each. */
export function LookupCard({ lookups, self }: { readonly lookups: readonly LookupTrace[]; readonly self: string }) {
  const [latest, ...earlier] = lookups;
  return (
    <section className="card card-flush" aria-labelledby="lookup-heading">
      <div className="card-part">
        <h2 id="lookup-heading">Look-ups</h2>
        {latest ? (
          <p className="card-note">
            Asked by the latest, the nearest first to key <CopyId id={latest.key} />
          </p>
        ) : (
          <p className="card-empty">
            A look-up asks ever nearer tabs for the ones nearest to a key: that is where records are kept. Press Look up
            to see one for a random key.
          </p>
        )}
      </div>
      {latest && latest.asked.length > 0 && <AskedTable trace={latest} />}
      {earlier.length > 0 && (
        <div className="card-part earlier">
          <h3>Before</h3>
          <ul>
            {earlier.map((trace) => (
              <li key={trace.serial}>{lookupSentence(trace, self)}</li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function AskedTable({ trace: { key, asked } }: { readonly trace: LookupTrace }) {
  const order = byDistance(key);
  const nearestFirst = [...asked].sort((a, b) => order(a.id, b.id));
  return (
    <DataTable caption={`Tabs asked for key ${shortId(key)}, the nearest to it first`} head={HEAD}>
      {nearestFirst.map((node) => (
        <AskedRow key={node.id} node={node} />
      ))}
    </DataTable>
  );
}

function AskedRow({ node: { id, hops, answer } }: { readonly node: AskedNode }) {
  return (
    <tr>
      <th scope="row">
        <CopyId id={id} />
      </th>
      <td className="table-number">{hops === null ? "Not seen" : hops === 1 ? "1 link" : `${hops} links`}</td>
      <td>{ANSWERS[answer]}</td>
    </tr>
  );
}
