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

/** Waits until none of these tabs is about to link with anybody. */
export async function haveSettled(people: readonly Person[]): Promise<void> {
  const dialling = async () => (await Promise.all(people.map(view))).flatMap((each) => each.dialling);
  await expect.poll(dialling, { timeout: 40_000 }).toEqual([]);
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
 * One of these and another of everybody that are not linked with each other, nor about to be. With a newcomer it was
 * never linked: links last longer than that has been here. Null if there is no such pair.
 */
export async function strangersAmong(
  some: readonly Person[],
  everybody: readonly Person[],
): Promise<readonly [Person, Person] | null> {
  const met = new Map<Person, { readonly id: string; readonly ids: ReadonlySet<string> }>();
  for (const person of everybody) {
    const { id, links, dialling } = await view(person);
    met.set(person, { id, ids: new Set([...links.map((link) => link.id), ...dialling]) });
  }
  const knows = (a: Person, b: Person) => met.get(a)?.ids.has(met.get(b)?.id ?? "") ?? false;
  for (const one of some) {
    const other = everybody.findLast((each) => each !== one && !knows(one, each) && !knows(each, one));
    if (other) return [one, other];
  }
  return null;
}
