import { Download } from "lucide-react";
import { Button } from "react-aria-components";
import type { FileChoiceState } from "../hooks/use-file-choice.ts";
import { checkedBytes } from "../logic/file-tree.ts";
import { formatBytes, formatCount } from "../logic/format.ts";
import { pathsToDownload } from "../logic/picks.ts";
import { isFresh } from "../logic/share-facts.ts";
import { download } from "../state/actions.ts";
import type { ShareView } from "../state/share-view.ts";

/** How much is chosen, and the button that fetches it. */
export function DownloadBar({ share, choice }: { readonly share: ShareView; readonly choice: FileChoiceState }) {
  const { files } = share;
  const { picks, toggle } = choice;
  const paths = files.map(({ path }) => path);
  const fresh = isFresh(share);
  const start = () => void download(share.id, pathsToDownload(picks, paths));
  return (
    <div className="download-bar">
      <h2 id="files-heading">{fresh ? "Choose what to take" : "Contents"}</h2>
      {fresh && files.length > 1 && (
        <div className="download-select">
          <Button className="button button-small" onPress={() => toggle(paths, true)}>
            Select all
          </Button>
          <Button className="button button-small" onPress={() => toggle(paths, false)}>
            Select none
          </Button>
        </div>
      )}
      {(fresh || picks.size > 0) && (
        <div className="download-start">
          <span className="download-total">
            {formatCount(picks.size, "file")}, {formatBytes(checkedBytes(files, (path) => picks.has(path)))}
          </span>
          <Button className="button button-primary button-large" isDisabled={picks.size === 0} onPress={start}>
            <Download aria-hidden="true" />
            Download
          </Button>
        </div>
      )}
    </div>
  );
}
