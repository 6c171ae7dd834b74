import type { Client } from "@starling/client";
import { Route, Router, Switch } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { DropTarget } from "./components/drop-target.tsx";
import { ErrorBoundary } from "./components/error-boundary.tsx";
import { Footer } from "./components/footer.tsx";
import { Header } from "./components/header.tsx";
import { NoticeBar } from "./components/notice-bar.tsx";
import { useFocusOnNavigation } from "./hooks/use-focus-on-navigation.ts";
import { useLeaveWarning } from "./hooks/use-leave-warning.ts";
import { usePaste } from "./hooks/use-paste.ts";
import { LandingPage } from "./pages/landing-page.tsx";
import { NetworkPage } from "./pages/network-page.tsx";
import { OpenPage } from "./pages/open-page.tsx";
import { SharePage } from "./pages/share-page.tsx";
import { UnknownPage } from "./pages/unknown-page.tsx";

/** Links of every version; what this one cannot open says so itself. */
const LINKS = /^\/s\d*(?:\/.*)?$/;

/** The whole page: routes live in the fragment, so that no server ever sees them. */
export function App({ client }: { readonly client: Client }) {
  return (
    <ErrorBoundary>
      <Router hook={useHashLocation}>
        <Shell client={client} />
      </Router>
    </ErrorBoundary>
  );
}

function Shell({ client }: { readonly client: Client }) {
  useLeaveWarning();
  usePaste();
  const main = useFocusOnNavigation();
  return (
    <div className="shell">
      <Header />
      <main className="main" ref={main} tabIndex={-1}>
        <NoticeBar />
        <Switch>
          <Route path="/">
            <LandingPage />
          </Route>
          <Route path="/share/:id">{({ id }) => <SharePage key={id} id={id} />}</Route>
          <Route path="/network">
            <NetworkPage client={client} />
          </Route>
          <Route path={LINKS}>
            <OpenPage client={client} />
          </Route>
          <Route>
            <UnknownPage />
          </Route>
        </Switch>
      </main>
      <Footer />
      <DropTarget />
    </div>
  );
}
