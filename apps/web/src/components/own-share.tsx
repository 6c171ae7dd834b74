import { canShowFiles } from "../logic/playback.ts";
import type { ShareView } from "../state/share-view.ts";
import { FileList } from "./file-list.tsx";
import { LinkCard } from "./link-card.tsx";
import { ShareProgress } from "./progress.tsx";

/** Shared from here: the link first, for that is what the person came for. */
export function OwnShare({ share }: { readonly share: ShareView }) {
  return (
    <>
      {share.state === "preparing" && (
        <section className="card" aria-label="Preparation">
          <ShareProgress share={share} label="Preparation progress" />
          <p className="card-hint">
            Every piece is encrypted and given its fingerprint. The link appears when this is done.
          </p>
        </section>
      )}
      {share.link !== null && <LinkCard link={share.link} title="Send this link" hint={linkHint(share)} />}
      <section className="card card-flush" aria-labelledby="files-heading">
        <h2 id="files-heading">Contents</h2>
        <FileList
          shareId={share.id}
          files={share.files}
          folders={share.folders}
          selection={share.selection}
          percents={null}
          isChecked={null}
          onToggle={undefined}
          showable={canShowFiles(share)}
        />
      </section>
    </>
  );
}

function linkHint({ hasPassword }: ShareView): string {
  return hasPassword
    ? "Whoever has the link and the password can get the files. Send the password another way."
    : "Whoever has the link can get the files: it holds the key.";
}
