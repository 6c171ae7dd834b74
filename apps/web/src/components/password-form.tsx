import { LockKeyhole } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button } from "react-aria-components";
import type { Opening } from "../state/store.ts";
import { Field } from "./field.tsx";

interface PasswordFormProps {
  readonly opening: Extract<Opening, { phase: "password" }>;
  readonly onPassword: (password: string) => void;
}

export function PasswordForm({ opening, onPassword }: PasswordFormProps) {
  const [password, setPassword] = useState("");
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (password !== "") onPassword(password);
  };
  return (
    <form className="empty password-form" onSubmit={onSubmit}>
      <LockKeyhole aria-hidden="true" />
      <h1>This share has a password</h1>
      {!opening.wrong && <p role="status">{opening.message}</p>}
      <Field
        label="Password"
        type="password"
        autoComplete="current-password"
        autoFocus
        value={password}
        onChange={setPassword}
        {...(opening.wrong ? { error: opening.message } : {})}
      />
      <Button type="submit" className="button button-primary">
        Open
      </Button>
    </form>
  );
}
