import type { OverlayView } from "@starling/client";
import { partOfIds } from "../logic/network-facts.ts";
import { CopyId } from "./copy-id.tsx";
import { DataTable } from "./data-table.tsx";

const HEAD = [{ name: "Bucket" }, { name: "Covers" }, { name: "Members" }] as const;

/** Buckets and siblings: the drawing of the tree in words. */
export function BucketTable({ view: { buckets, siblings } }: { readonly view: OverlayView }) {
  return (
    <section className="card card-flush" aria-labelledby="buckets-heading">
      <div className="card-part">
        <h2 id="buckets-heading">Buckets and siblings</h2>
        {siblings.length === 0 ? (
          <p className="card-empty">No full node is linked yet.</p>
        ) : (
          <p className="card-note">
            Full nodes only. A bucket's number says how many first bits its ids share with this tab's.
          </p>
        )}
      </div>
      {siblings.length > 0 && (
        <DataTable caption="Siblings, and full nodes by bucket" head={HEAD}>
          <tr>
            <th scope="row">Siblings</th>
            <td>the {siblings.length} nearest</td>
            <td>
              <Ids ids={siblings} />
            </td>
          </tr>
          {buckets.map(({ prefix, members }) => (
            <tr key={prefix}>
              <th scope="row">{prefix}</th>
              <td>{partOfIds(prefix).words}</td>
              <td>
                <Ids ids={members} />
              </td>
            </tr>
          ))}
        </DataTable>
      )}
    </section>
  );
}

function Ids({ ids }: { readonly ids: readonly string[] }) {
  return (
    <span className="ids">
      {ids.map((id) => (
        <CopyId key={id} id={id} />
      ))}
    </span>
  );
}
