import { expect } from "playwright/test";
import { withHints } from "./doubles/links.ts";
import type { Person } from "./person.ts";

/** Waits until each of these tabs is part of the overlay, with so many links at least. */
export async function haveJoined(people: readonly Person[], links = 1, timeout = 40_000): Promise<void> {
  for (const person of people) {
    const linked = async () => {
      const now = await view(person);
      return now.joined ? now.links.length : 0;
    };
    await expect.poll(linked, { timeout, message: `links of ${person.name}` }).toBeGreaterThanOrEqual(links);
  }
}

/** Stores this text under the name. */
export function put(person: Person, name: string, text: string): Promise<number> {
  return person.page.evaluate(
    async ([name, text]) => {
      if (!window.starling) throw new Error("the client is not there yet");
      return window.starling.overlay.put(name, new TextEncoder().encode(text));
    },
    [name, text] as const,
  );
}

/** The texts under the name; in their place the error, if it cannot be read now. */
export function get(person: Person, name: string): Promise<readonly string[]> {
  return person.page.evaluate(async (name) => {
    if (!window.starling) throw new Error("the client is not there yet");
    const { overlay } = window.starling;
    return overlay.get(name).then(
      (found) => found.map(({ value }) => new TextDecoder().decode(value)),
      ({ code, detail }) => [`${code}: ${detail}`],
    );
  }, name);
}

/** Node ids of those who say that they have the share; in their place the error, if nobody can be asked now. */
export function providers(person: Person, root: string): Promise<readonly string[]> {
  return person.page.evaluate(async (root) => {
    if (!window.starling) throw new Error("the client is not there yet");
    return window.starling.overlay.findProviders(root).catch(({ code, detail }) => [`${code}: ${detail}`]);
  }, root);
}

/** Shares a text of its own; a link that names the share's key alone, and no peer. */
export async function shareText(
  person: Person,
  text: string,
): Promise<{ readonly link: string; readonly root: string }> {
  const share = await person.page.evaluate(async (text) => {
    const share = await window.starling?.share([new File([text], "note.txt")]);
    return { link: share?.link ?? "", root: share?.root ?? "" };
  }, text);
  return { ...share, link: withHints(share.link, []) };
}

/** Opens the link, downloads all of it, and returns the text. */
export function downloadText(person: Person, link: string): Promise<string> {
  return person.page.evaluate(async (link) => {
    const share = await window.starling?.open(link);
    if (!share) throw new Error("the client is not there yet");
    await share.download();
    return (await share.blob(share.files[0]?.path ?? "")).text();
  }, link);
}

function view(person: Person) {
  return person.page.evaluate(() => {
    if (!window.starling) throw new Error("the client is not there yet");
    return window.starling.overlay.view();
  });
}

export async function areLinked(a: Person, b: Person): Promise<boolean> {
  const [{ links }, { nodeId }] = [await view(a), await b.stats()];
  return links.some(({ id }) => id === nodeId);
}

/**
 * A newcomer and somebody that it was never connected with: links last longer than it has been here. Should it have found
 * everybody already, the next newcomers come: a larger crowd is not linked throughout.
 * @param early those that are here already.
 * @param join brings tabs that have just joined.
 */
export async function meetStrangers(
  early: readonly Person[],
  join: (attempt: number) => Promise<readonly Person[]>,
): Promise<[Person, Person]> {
  const everybody = [...early];
  for (let attempt = 0; attempt < 3; attempt++) {
    const newcomers = await join(attempt);
    everybody.push(...newcomers);
    for (const newcomer of newcomers) {
      for (const other of everybody.toReversed()) {
        if (other === newcomer || (await areLinked(newcomer, other)) || (await areLinked(other, newcomer))) continue;
        return [newcomer, other];
      }
    }
  }
  throw new Error("all newcomers were linked with everybody at once");
}
