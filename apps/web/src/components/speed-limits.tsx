import type { SpeedLimits } from "@starling/client";
import { Gauge } from "lucide-react";
import { type FormEvent, memo, useState } from "react";
import { Button, Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from "react-aria-components";
import { parseSpeed, speedText } from "../logic/speed-text.ts";
import { limitAll, limitShare } from "../state/actions.ts";
import { useApp, useShareView } from "../state/store.ts";
import { Field } from "./field.tsx";

const UNLIMITED: SpeedLimits = { up: null, down: null };

interface SpeedDialogProps {
  readonly limits: SpeedLimits;
  readonly note: string;
  readonly onSave: (limits: SpeedLimits) => void;
}

/** Limits of all shares together. */
export function AllSpeedLimits() {
  const limits = useApp((state) => state.limits);
  return <SpeedDialog limits={limits} note="For all shares in this browser tab together." onSave={limitAll} />;
}

/** Limits of one share, beside those of all. */
export const ShareSpeedLimits = memo(function ShareSpeedLimits({ id }: { readonly id: string }) {
  const limits = useShareView(id)?.limits ?? UNLIMITED;
  return (
    <SpeedDialog
      limits={limits}
      note="For this share alone. The limits for all shares hold as well."
      onSave={(next) => limitShare(id, next)}
    />
  );
});

function SpeedDialog({ limits, note, onSave }: SpeedDialogProps) {
  const limited = limits.up !== null || limits.down !== null;
  return (
    <DialogTrigger>
      <Button className="button button-plain">
        <Gauge aria-hidden="true" />
        {limited ? "Speed limited" : "Speed limits"}
      </Button>
      <ModalOverlay className="overlay" isDismissable>
        <Modal className="modal modal-narrow">
          <Dialog className="dialog">
            {({ close }) => <SpeedForm limits={limits} note={note} onSave={onSave} close={close} />}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

function SpeedForm({ limits, note, onSave, close }: SpeedDialogProps & { readonly close: () => void }) {
  const [up, setUp] = useState(speedText(limits.up));
  const [down, setDown] = useState(speedText(limits.down));
  const [checked, setChecked] = useState(false);
  const next = { up: parseSpeed(up), down: parseSpeed(down) };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (next.up === "invalid" || next.down === "invalid") return;
    onSave({ up: next.up, down: next.down });
    close();
  };
  const fault = (value: number | null | "invalid") =>
    checked && value === "invalid" ? { error: "Enter a number above 0, or nothing." } : {};
  return (
    <form className="dialog-form" onSubmit={submit} noValidate>
      <Heading slot="title">Speed limits</Heading>
      <p>{note} Leave a field empty for no limit.</p>
      <Field
        label="Sending, kB per second"
        inputMode="decimal"
        value={up}
        onChange={setUp}
        autoFocus
        {...fault(next.up)}
      />
      <Field
        label="Receiving, kB per second"
        inputMode="decimal"
        value={down}
        onChange={setDown}
        {...fault(next.down)}
      />
      <div className="dialog-actions">
        <Button className="button button-plain" onPress={close}>
          Cancel
        </Button>
        <Button type="submit" className="button button-primary">
          Save
        </Button>
      </div>
    </form>
  );
}
