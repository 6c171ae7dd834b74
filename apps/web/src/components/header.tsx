import { Plus } from "lucide-react";
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
      {location !== "/" && (
        <nav aria-label="Main">
          <Link href="/" className="button button-quiet">
            <Plus aria-hidden="true" />
            New share
          </Link>
        </nav>
      )}
    </header>
  );
}
