import { Logo } from "./logo.tsx";

/** Shown instead of everything when the client cannot run here. */
export function StartFailed({ message }: { readonly message: string }) {
  return (
    <div className="shell shell-centred">
      <main className="empty" role="alert">
        <Logo />
        <h1>Starling cannot start here</h1>
        <p>{message}</p>
        <button type="button" className="button button-primary" onClick={() => location.reload()}>
          Try again
        </button>
      </main>
    </div>
  );
}
