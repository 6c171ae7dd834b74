import { Button, Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { formatBytes } from "../logic/format.ts";
import type { ShareView } from "../state/share-view.ts";

interface ConfirmRemovalProps {
  readonly share: ShareView;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onConfirm: () => void;
}

/** Asked only when removing may destroy the last copy. */
export function ConfirmRemoval({ share, open, onOpenChange, onConfirm }: ConfirmRemovalProps) {
  return (
    <ModalOverlay className="overlay" isOpen={open} onOpenChange={onOpenChange} isDismissable>
      <Modal className="modal">
        <Dialog className="dialog" role="alertdialog">
          {({ close }) => (
            <>
              <Heading slot="title">Remove the only copy?</Heading>
              <p>
                Nobody else who is online has all of this. Removing it deletes{" "}
                {formatBytes(share.progress.bytesVerified)} from this browser; what you saved stays with you.
              </p>
              <div className="dialog-actions">
                <Button className="button button-plain" onPress={close} autoFocus>
                  Keep it
                </Button>
                <Button className="button button-danger" onPress={onConfirm}>
                  Delete from this browser
                </Button>
              </div>
            </>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
