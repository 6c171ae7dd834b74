import { QrCode } from "lucide-react";
import { useMemo } from "react";
import { Button, Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from "react-aria-components";
import { qrPath } from "../logic/qr.ts";

export function QrDialog({ link }: { readonly link: string }) {
  return (
    <DialogTrigger>
      <Button className="button button-plain">
        <QrCode aria-hidden="true" />
        QR code
      </Button>
      <ModalOverlay className="overlay" isDismissable>
        <Modal className="modal modal-narrow">
          <Dialog className="dialog">
            <Heading slot="title">Scan to open</Heading>
            <QrImage text={link} />
            <p>Point a phone's camera at it. Made in this browser; nobody else sees the link.</p>
            <div className="dialog-actions">
              <Button slot="close" className="button button-plain">
                Close
              </Button>
            </div>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

/** Always dark on white, also at night: that is what cameras read best. */
function QrImage({ text }: { readonly text: string }) {
  const { size, path } = useMemo(() => qrPath(text), [text]);
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code of the link">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}
