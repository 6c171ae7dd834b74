import type { ReactNode } from "react";

/** A table that scrolls sideways by itself where it is wider than the page; its first column stays in sight. */
export function DataTable({
  caption,
  head,
  children,
}: {
  /** Names the table; not seen, since a heading stands above. */
  readonly caption: string;
  readonly head: readonly { readonly name: string; readonly number?: boolean }[];
  /** The rows. */
  readonly children: ReactNode;
}) {
  return (
    <div className="table-scroll">
      <table className="table">
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {head.map((column) => (
              <th key={column.name} scope="col" className={column.number ? "table-number" : undefined}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
