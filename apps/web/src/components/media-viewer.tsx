import { displayName } from "@starling/client";
import { X } from "lucide-react";
import { useEffect } from "react";
import { Button, Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { fileNameOf } from "../logic/file-names.ts";
import { mediaKindOf } from "../logic/media-types.ts";
import { closeShown } from "../state/actions.ts";
import type { ShareView } from "../state/share-view.ts";
import { useApp } from "../state/store.ts";
import { MediaStage } from "./media-stage.tsx";

/** A film, a recording or a picture of this share over its page, while one is shown. */
export function MediaViewer({ share }: { readonly share: ShareView }) {
  const path = useApp(({ shown }) => (shown?.shareId === share.id ? shown.path : null));
  const file = share.files.find((candidate) => candidate.path === path);
  const kind = file ? mediaKindOf(file.path, file.type) : null;
  useEffect(() => closeShown, []);
  if (!file || kind === null || share.root === null) return null;
  const name = displayName(fileNameOf(file.path));
  return (
    <ModalOverlay className="overlay" isOpen onOpenChange={closeShown} isDismissable>
      <Modal className={`modal viewer-modal viewer-${kind}`}>
        <Dialog className="viewer">
          <header className="viewer-head">
            <Heading slot="title" className="viewer-title" dir="auto">
              {name}
            </Heading>
            <Button slot="close" className="button button-icon" aria-label="Close">
              <X aria-hidden="true" />
            </Button>
          </header>
          <MediaStage share={share} address={{ root: share.root, path: file.path }} kind={kind} name={name} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
