import { HowItWorks } from "../components/how-it-works.tsx";
import { LinkOpener } from "../components/link-opener.tsx";
import { Murmuration } from "../components/murmuration.tsx";
import { ShareList } from "../components/share-list.tsx";
import { ShareStarter } from "../components/share-starter.tsx";
import { useDocumentTitle } from "../hooks/use-document-title.ts";

/** Takes nothing from the store, so that progress renders the list of shares alone. */
export function LandingPage() {
  useDocumentTitle("Starling – send files straight from your browser");
  return (
    <>
      <section className="hero">
        <Murmuration />
        <h1>
          Send files straight
          <br /> from your browser
        </h1>
        <p className="hero-lead">
          Nothing is uploaded. Whoever opens your link downloads from you, and from each other: the more, the faster.
        </p>
        <ShareStarter />
        <p className="hero-note">
          Encrypted from end to end. Browsers connect directly, so the people you share with see your network address,
          and you see theirs.
        </p>
      </section>
      <ShareList />
      <LinkOpener />
      <HowItWorks />
    </>
  );
}
