import { Component, type ReactNode } from "react";

/** A fault in a page must not stop transfers: they run outside React. It says so and offers a reload. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <div className="shell shell-centred">
        <div className="empty" role="alert">
          <h1>This page has a fault</h1>
          <p>Your shares are safe and go on after a reload. If it happens again, tell whoever runs this site.</p>
          <button type="button" className="button button-primary" onClick={() => location.reload()}>
            Reload the page
          </button>
        </div>
      </div>
    );
  }
}
