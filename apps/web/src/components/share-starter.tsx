import { ChevronRight, Files, Folder } from "lucide-react";
import { Button, Disclosure, DisclosurePanel, Heading } from "react-aria-components";
import { editDraft, shareSources } from "../state/actions.ts";
import { useApp } from "../state/store.ts";
import { Field } from "./field.tsx";
import { FileInput } from "./file-input.tsx";

/** The one clear action of the landing page. */
export function ShareStarter() {
  const onSources = (sources: Parameters<typeof shareSources>[0]) => void shareSources(sources);
  return (
    <section className="starter" aria-label="Share files">
      <div className="starter-well">
        <p className="starter-lead starter-drop">Drop files or folders anywhere on this page</p>
        <p className="starter-hint starter-drop">or paste them, or pick them yourself</p>
        <p className="starter-lead starter-touch">What would you like to send?</p>
        <div className="starter-actions">
          <FileInput pick="files" look="primary" onSources={onSources}>
            <Files aria-hidden="true" />
            Choose files
          </FileInput>
          <FileInput pick="folder" look="plain" onSources={onSources}>
            <Folder aria-hidden="true" />
            Choose folder
          </FileInput>
        </div>
      </div>
      <DraftOptions />
    </section>
  );
}

function DraftOptions() {
  const { title, password } = useApp((state) => state.draft);
  return (
    <Disclosure className="disclosure">
      <Heading level={2} className="disclosure-heading">
        <Button slot="trigger" className="disclosure-trigger">
          <ChevronRight className="chevron" aria-hidden="true" />
          Add a title or a password
        </Button>
      </Heading>
      <DisclosurePanel>
        <div className="disclosure-panel">
          <Field label="Title" value={title} onChange={(value) => editDraft({ title: value })} maxLength={120} />
          <Field
            label="Password"
            type="password"
            autoComplete="new-password"
            value={password}
            onChange={(value) => editDraft({ password: value })}
            hint="Whoever opens the link needs it too. It cannot be recovered."
          />
        </div>
      </DisclosurePanel>
    </Disclosure>
  );
}
