import { Plus, Waypoints } from "lucide-react";
import { Link, useLocation } from "wouter";
import { Logo } from "./logo.tsx";

export function Header() {
  const [location] = useLocation();
  return (
    <header className="header">
      <Link href="/" className="brand">
        <Logo />
        <span className="brand-name">Starling</span>
      </Link>
      <nav className="nav" aria-label="Main">
        <Link
          href="/network"
          className="button button-quiet"
          aria-current={location === "/network" ? "page" : undefined}
        >
          <Waypoints aria-hidden="true" />
          Network
        </Link>
        {location !== "/" && (
          <Link href="/" className="button button-quiet">
            <Plus aria-hidden="true" />
            New share
          </Link>
        )}
      </nav>
    </header>
  );
}
