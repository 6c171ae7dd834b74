import { type FormEvent, useState } from "react";
import { Button } from "react-aria-components";
import { useLocation } from "wouter";
import { routeOfLink } from "../logic/link-text.ts";
import { Field } from "./field.tsx";

const NO_LINK = "That is no Starling link. Copy the whole link, from https:// to its end.";

/** For a link that came in a message on another device: phones seldom let a page read a paste. */
export function LinkOpener() {
  const [, navigate] = useLocation();
  const [text, setText] = useState("");
  const [failed, setFailed] = useState(false);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const route = routeOfLink(text);
    if (route === null) return setFailed(true);
    navigate(route);
  };
  const onChange = (value: string) => {
    setText(value);
    setFailed(false);
  };
  return (
    <form className="link-opener" onSubmit={onSubmit}>
      <Field
        label="Received a link? Paste it here"
        value={text}
        onChange={onChange}
        autoComplete="off"
        {...(failed ? { error: NO_LINK } : {})}
      />
      <Button type="submit" className="button button-plain">
        Open
      </Button>
    </form>
  );
}
