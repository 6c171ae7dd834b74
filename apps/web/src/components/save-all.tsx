import { FileArchive } from "lucide-react";
import { Button } from "react-aria-components";
import { percentOf } from "../logic/format.ts";
import { isComplete } from "../logic/share-facts.ts";
import { saveAll } from "../state/actions.ts";
import type { ShareView } from "../state/share-view.ts";
import { saveKey, useApp } from "../state/store.ts";

/** For several things at once; a single file has its own button. */
export function SaveAll({ share }: { readonly share: ShareView }) {
  const part = useApp(({ saving }) => saving.get(saveKey(share.id, null)));
  if (!isComplete(share) || isSingle(share)) return null;
  return (
    <div className="save-all">
      <Button
        className="button button-primary button-large"
        aria-label="Save all as ZIP"
        isPending={part !== undefined}
        onPress={() => void saveAll(share.id)}
      >
        <FileArchive aria-hidden="true" />
        {part === undefined ? "Save all as ZIP" : `Making the ZIP, ${percentOf(part, 1)} %`}
      </Button>
    </div>
  );
}

/** One file and no empty folder, which only the whole share has. */
function isSingle({ files, folders, selection }: ShareView): boolean {
  return selection.length < 2 && (folders.length === 0 || selection.length < files.length);
}
