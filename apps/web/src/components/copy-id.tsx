import { Check, Copy } from "lucide-react";
import { memo, useState } from "react";
import { Button } from "react-aria-components";
import { shortId } from "../logic/ids.ts";
import { copyText } from "../saving/clipboard.ts";
import { showError } from "../state/notices.ts";

const SAY_COPIED_MS = 2500;

/** An id, shortened unless `whole`; pressing it copies all of it. */
export const CopyId = memo(function CopyId({ id, whole = false }: { readonly id: string; readonly whole?: boolean }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const done = await copyText(id, null);
    if (!done) return showError(`The browser refused the clipboard. The id is ${id}`);
    setCopied(true);
    setTimeout(() => setCopied(false), SAY_COPIED_MS);
  };
  const label = copied ? `Copied id ${shortId(id)}` : `Copy id ${shortId(id)}`;
  return (
    <Button className="copy-id" aria-label={label} onPress={() => void copy()}>
      <code>{whole ? id : shortId(id)}</code>
      {copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
    </Button>
  );
});
