import { Link } from "wouter";
import { formatCount } from "../logic/format.ts";
import { useApp } from "../state/store.ts";

/** How this browser is connected, in few words: the server matters only to meet others. */
export function Footer() {
  const { links, signaling } = useApp(({ network }) => network);
  const server = signaling === "open" ? "Server reachable" : "Server out of reach";
  return (
    <footer className="footer">
      <p className="footer-network">
        <span className={`dot ${signaling === "open" || links > 0 ? "dot-on" : ""}`} aria-hidden="true" />
        {server} · {links === 0 ? "no browser linked" : `${formatCount(links, "browser")} linked`} ·{" "}
        <Link href="/network">Network</Link>
      </p>
      <p>Files travel between browsers, encrypted. The server never sees them.</p>
    </footer>
  );
}
