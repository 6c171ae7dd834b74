import { Link } from "wouter";
import { useDocumentTitle } from "../hooks/use-document-title.ts";

export function UnknownPage() {
  useDocumentTitle("Not found – Starling");
  return (
    <div className="empty">
      <h1>There is no such page</h1>
      <p>The address may be cut off. If it came as a link, copy all of it, from https:// to its end.</p>
      <Link href="/" className="button button-primary">
        Go to the start
      </Link>
    </div>
  );
}
