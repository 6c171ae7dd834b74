import type { OverlayLink, OverlayView } from "@starling/client";
import { formatBytes } from "../logic/format.ts";
import { byDistance } from "../logic/ids.ts";
import * as facts from "../logic/network-facts.ts";
import { CopyId } from "./copy-id.tsx";
import { DataTable } from "./data-table.tsx";

const HEAD = [
  { name: "Tab" },
  { name: "Round trip", number: true },
  { name: "Linked for", number: true },
  { name: "Path" },
  { name: "Received", number: true },
  { name: "Sent", number: true },
  { name: "Used for" },
  { name: "Dialled by" },
  { name: "Bucket", number: true },
  { name: "Role" },
] as const;

/** Every link of this tab, the nearest id first. */
export function LinkTable({ view }: { readonly view: OverlayView }) {
  const order = byDistance(view.id);
  const links = [...view.links].sort((a, b) => order(a.id, b.id));
  return (
    <section className="card card-flush" aria-labelledby="links-heading">
      <div className="card-part">
        <h2 id="links-heading">Links</h2>
        {links.length === 0 ? (
          <p className="card-empty">None yet.</p>
        ) : (
          <p className="card-note">
            From the nearest id to the farthest. Received and sent count the network's own small messages; files are
            counted with their share.
          </p>
        )}
      </div>
      {links.length > 0 && (
        <DataTable caption="Links, from the nearest id to the farthest" head={HEAD}>
          {links.map((link) => (
            <LinkRow key={link.id} link={link} />
          ))}
        </DataTable>
      )}
    </section>
  );
}

function LinkRow({ link }: { readonly link: OverlayLink }) {
  return (
    <tr>
      <th scope="row">
        <CopyId id={link.id} />
      </th>
      <td className="table-number">{facts.roundTripOf(link)}</td>
      <td className="table-number">{facts.ageOf(link)}</td>
      <td>{facts.routeOf(link)}</td>
      <td className="table-number">{formatBytes(link.bytesIn)}</td>
      <td className="table-number">{formatBytes(link.bytesOut)}</td>
      <td>{facts.purposeOf(link)}</td>
      <td>{link.dialled ? "This tab" : "The other"}</td>
      <td className="table-number">{link.prefix}</td>
      <td>
        {facts.roleOf(link)}
        {link.sibling && <span className="badge badge-sibling">sibling</span>}
      </td>
    </tr>
  );
}
