import type { Client } from "@starling/client";
import { useCallback, useEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import { PasswordForm } from "../components/password-form.tsx";
import { useDocumentTitle } from "../hooks/use-document-title.ts";
import { shareAddress } from "../state/actions.ts";
import { takeBegun } from "../state/begun-opening.ts";
import { openRoute } from "../state/opening.ts";
import { appStore, useApp } from "../state/store.ts";

/** A link in the address bar: looked up, asked a password for if need be, and replaced by the share's own address. */
export function OpenPage({ client }: { readonly client: Client }) {
  const [route] = useLocation();
  const opening = useApp((state) => state.opening);
  const open = useOpen(client, route);
  useDocumentTitle("Opening a link – Starling");
  if (opening?.phase === "password") return <PasswordForm opening={opening} onPassword={open} />;
  if (opening?.phase === "failed") return <OpenFailed title={opening.title} message={opening.message} />;
  return <Looking />;
}

/** Opens `route` on arrival, and again with a password; leaving the page stops it. */
function useOpen(client: Client, route: string): (password?: string) => void {
  const [, navigate] = useLocation();
  const running = useRef<AbortController | null>(null);
  const open = useCallback(
    async (password?: string) => {
      running.current?.abort();
      const begun = takeBegun(route);
      const controller = begun?.controller ?? new AbortController();
      running.current = controller;
      const { signal } = controller;
      const pageAddress = location.origin + location.pathname;
      const options = {
        pageAddress,
        signal,
        ...(password === undefined ? {} : { password }),
        ...(begun !== null && { begun: begun.share }),
      };
      const id = await openRoute(client, appStore, route, options);
      // The secret leaves the address bar as soon as the share is kept.
      if (id !== null && !signal.aborted) navigate(shareAddress(id), { replace: true });
    },
    [client, route, navigate],
  );
  useEffect(() => {
    void open();
    return () => running.current?.abort();
  }, [open]);
  return open;
}

function Looking() {
  return (
    <div className="empty">
      <span className="pulse" aria-hidden="true" />
      <h1>Opening the link</h1>
      <p role="status">Looking for the sender's browser…</p>
    </div>
  );
}

function OpenFailed({ title, message }: { readonly title: string; readonly message: string }) {
  return (
    <div className="empty" role="alert">
      <h1>{title}</h1>
      <p>{message}</p>
      <Link href="/" className="button button-primary">
        Go to the start
      </Link>
    </div>
  );
}
