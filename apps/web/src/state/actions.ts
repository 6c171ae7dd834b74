import { displayName, type Source, type SpeedLimits } from "@starling/client";
import { navigate } from "wouter/use-hash-location";
import { fileNameOf, zipNameOf } from "../logic/file-names.ts";
import { saveFile, saveZip } from "../saving/save.ts";
import { isAbort, reportFailure, showError } from "./notices.ts";
import { currentClient, liveShare } from "./runtime.ts";
import { appStore, type Draft, saveKey } from "./store.ts";

/** What the person asks for. Each reports its own failure as a notice and never rejects. */

/** Shares with the title and password of the draft, which is used up by it. */
export async function shareSources(sources: readonly Source[]): Promise<void> {
  if (sources.length === 0) return showError("There is nothing to share in that. Choose at least one file or folder.");
  const { title, password } = appStore.getState().draft;
  appStore.setState({ draft: { title: "", password: "" }, notice: null });
  let address: string | null = null;
  try {
    await currentClient().share(sources, {
      ...(title.trim() === "" ? {} : { title: title.trim() }),
      ...(password === "" ? {} : { password }),
      onPreparing: ({ id }) => {
        address = shareAddress(id);
        navigate(address);
      },
    });
  } catch (error) {
    reportFailure(error);
    if (!isListed(address)) leaveAddress(address);
  }
}

export function editDraft(change: Partial<Draft>): void {
  appStore.setState(({ draft }) => ({ draft: { ...draft, ...change } }));
}

export function pauseShare(id: string): void {
  liveShare(id)?.pause();
}

export function resumeShare(id: string): void {
  liveShare(id)?.resume();
}

export function limitAll(limits: SpeedLimits): void {
  currentClient().limit(limits);
}

export function limitShare(id: string, limits: SpeedLimits): void {
  liveShare(id)?.limit(limits);
}

export async function removeShare(id: string): Promise<void> {
  const removing = liveShare(id)?.remove();
  leaveAddress(shareAddress(id));
  await removing?.catch(reportFailure);
}

/** `paths` undefined means all. Stays pending as long as the download does. */
export async function download(id: string, paths: readonly string[] | undefined): Promise<void> {
  // The share's own page shows its error; a notice would say it twice.
  await liveShare(id)
    ?.download(paths)
    .catch((error) => {
      if (liveShare(id)?.error == null) reportFailure(error);
    });
}

export function deselect(id: string, paths: readonly string[]): void {
  if (paths.length > 0) liveShare(id)?.deselect(paths);
}

export async function attachSources(id: string, sources: readonly Source[]): Promise<void> {
  await liveShare(id)?.attach(sources).catch(reportFailure);
}

export async function allowAccess(id: string): Promise<void> {
  await liveShare(id)?.reattach().catch(reportFailure);
}

export async function runHere(id: string): Promise<void> {
  await liveShare(id)?.useHere().catch(reportFailure);
}

export async function saveOne(id: string, path: string): Promise<void> {
  const share = liveShare(id);
  const file = share?.files.find((candidate) => candidate.path === path);
  if (!share || !file) return;
  await trackSave(saveKey(id, path), (onPart) => saveFile(share, file, displayName(fileNameOf(path)), onPart));
}

/** Saves everything that was selected; empty folders belong to the whole only. */
export async function saveAll(id: string): Promise<void> {
  const share = liveShare(id);
  if (!share) return;
  const selected = new Set(share.selection);
  const files = share.files.filter((file) => selected.has(file.path));
  const folders = files.length === share.files.length ? share.folders : [];
  await trackSave(saveKey(id, null), (onPart) =>
    saveZip(share, files, folders, zipNameOf(displayName(share.title)), onPart),
  );
}

/** Plays or views a file in the page. */
export function showFile(shareId: string, path: string): void {
  appStore.setState({ shown: { shareId, path } });
}

export function closeShown(): void {
  appStore.setState({ shown: null });
}

async function trackSave(key: string, save: (onPart: (part: number) => void) => Promise<void>): Promise<void> {
  if (appStore.getState().saving.has(key)) return;
  setSaving(key, 0);
  try {
    await save((part) => setSaving(key, Math.floor(part * 100) / 100));
  } catch (error) {
    if (!isAbort(error)) reportFailure(error);
  } finally {
    setSaving(key, null);
  }
}

function setSaving(key: string, part: number | null): void {
  const { saving } = appStore.getState();
  if ((saving.get(key) ?? null) === part) return;
  const next = new Map(saving);
  if (part === null) next.delete(key);
  else next.set(key, part);
  appStore.setState({ saving: next });
}

export function shareAddress(id: string): string {
  return `/share/${id}`;
}

function isListed(address: string | null): boolean {
  return currentClient()
    .shares()
    .some(({ id }) => shareAddress(id) === address);
}

/** Goes home, if the page of what is gone is still shown. */
function leaveAddress(address: string | null): void {
  if (address !== null && location.hash === `#${address}`) navigate("/", { replace: true });
}
