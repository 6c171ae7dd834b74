import { useFileChoice } from "../hooks/use-file-choice.ts";
import { useFileProgress } from "../hooks/use-file-progress.ts";
import { canShowFiles } from "../logic/playback.ts";
import { isComplete, isFetching } from "../logic/share-facts.ts";
import type { ShareView } from "../state/share-view.ts";
import { DownloadBar } from "./download-bar.tsx";
import { FileList } from "./file-list.tsx";
import { LinkCard } from "./link-card.tsx";
import { ShareProgress } from "./progress.tsx";
import { SaveAll } from "./save-all.tsx";

/** From a link: choose, download, save. */
export function ReceivedShare({ share }: { readonly share: ShareView }) {
  const choice = useFileChoice(share);
  const percents = useFileProgress(share.id, share.files);
  if (share.files.length === 0) return <ListUnknown />;
  const allHere = isComplete(share) && share.selection.length === share.files.length;
  const choosable = !allHere && share.state !== "elsewhere" && share.state !== "failed";
  return (
    <>
      <section className="card card-flush" aria-labelledby="files-heading">
        {(isFetching(share) || isComplete(share)) && (
          <div className="card-part">
            <ShareProgress share={share} label="Download progress" />
          </div>
        )}
        <DownloadBar share={share} choice={choice} />
        <FileList
          shareId={share.id}
          files={share.files}
          folders={share.folders}
          selection={share.selection}
          percents={percents}
          isChecked={choosable ? choice.isChecked : null}
          onToggle={choice.toggle}
          showable={canShowFiles(share)}
        />
        <SaveAll share={share} />
      </section>
      {share.link !== null && (
        <LinkCard
          link={share.link}
          title="Pass it on"
          hint="Others download from you too, as long as this tab is open."
        />
      )}
    </>
  );
}

function ListUnknown() {
  return (
    <section className="card" aria-label="Contents">
      <p className="card-empty">Names and sizes appear here as soon as someone who has the files is online.</p>
    </section>
  );
}
