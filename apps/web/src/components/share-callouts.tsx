import { Button } from "react-aria-components";
import { missingFilesRemedy } from "../logic/share-facts.ts";
import { allowAccess, attachSources, runHere } from "../state/actions.ts";
import type { ShareView } from "../state/share-view.ts";
import { Callout } from "./callout.tsx";
import { FileInput } from "./file-input.tsx";

/** What stands in the way, each with its remedy. */
export function ShareCallouts({ share }: { readonly share: ShareView }) {
  return (
    <>
      {share.error !== null && (
        <Callout tone="danger">
          <p>{share.error}</p>
        </Callout>
      )}
      {share.state === "elsewhere" && <Elsewhere share={share} />}
      {share.state === "needs-files" && <NeedsFiles share={share} />}
      {share.state === "waiting" && share.files.length === 0 && (
        <Callout tone="info">
          <p>
            Nobody who has these files is online now. Keep this page open: it starts by itself when the sender is back.
          </p>
        </Callout>
      )}
    </>
  );
}

function Elsewhere({ share }: { readonly share: ShareView }) {
  return (
    <Callout tone="info">
      <p>This share runs in another tab of this browser. Its progress is shown here too.</p>
      <Button className="button button-plain" onPress={() => void runHere(share.id)}>
        Use here
      </Button>
    </Callout>
  );
}

function NeedsFiles({ share }: { readonly share: ShareView }) {
  const wholeFolder = share.files.every(({ path }) => path.includes("/"));
  return (
    <Callout tone="warning">
      <p>{missingFilesRemedy(share)}</p>
      {share.canReattach && (
        <Button className="button button-primary" onPress={() => void allowAccess(share.id)}>
          Allow access
        </Button>
      )}
      <FileInput
        pick={wholeFolder ? "folder" : "files"}
        look={share.canReattach ? "plain" : "primary"}
        onSources={(sources) => void attachSources(share.id, sources)}
      >
        Choose the files again
      </FileInput>
    </Callout>
  );
}
