import { Check, Copy } from "lucide-react";
import { memo, useRef, useState } from "react";
import { Button } from "react-aria-components";
import { copyText } from "../saving/clipboard.ts";
import { QrDialog } from "./qr-dialog.tsx";

const SAY_COPIED_MS = 2500;

/** The link to pass on: shown whole, copied by one button, or read from a screen by a phone. */
export const LinkCard = memo(function LinkCard({
  link,
  title,
  hint,
}: {
  readonly link: string;
  readonly title: string;
  readonly hint: string;
}) {
  const box = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const done = await copyText(link, box.current);
    setCopied(done);
    if (done) setTimeout(() => setCopied(false), SAY_COPIED_MS);
  };
  return (
    <section className="card link-card" aria-labelledby="link-heading">
      <h2 id="link-heading">{title}</h2>
      <p className="card-hint">{hint}</p>
      <div className="link-line">
        <input
          ref={box}
          className="input link-box"
          aria-label="Share link"
          readOnly
          value={link}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button className="button button-primary" aria-label="Copy link" onPress={() => void copy()}>
          {copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
          {copied ? "Copied" : "Copy link"}
        </Button>
        <QrDialog link={link} />
      </div>
      <p className="visually-hidden" aria-live="polite">
        {copied ? "The link is in the clipboard." : ""}
      </p>
    </section>
  );
});
