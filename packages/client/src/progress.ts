import type { Progress } from "./api.ts";
import type { Core } from "./core.ts";
import type { ShareModel } from "./share-model.ts";
import type { ShareRun } from "./share-run.ts";

const NOTHING: Progress = {
  bytesVerified: 0,
  bytesTotal: 0,
  bytesDownloaded: 0,
  bytesUploaded: 0,
  downRate: 0,
  upRate: 0,
  peers: 0,
  copies: 0,
  etaSeconds: null,
};

/** How far a share is that is being made. */
export interface Preparation {
  readonly bytesTotal: number;
  bytesDone: number;
  readonly startedAt: number;
}

/** Begins now. @param bytesTotal of all files */
export function newPreparation(bytesTotal: number): Preparation {
  return { bytesTotal, bytesDone: 0, startedAt: performance.now() };
}

/** Progress of a share that runs, or is prepared, in this tab. */
export function progressOf(
  core: Core,
  model: ShareModel,
  run: ShareRun | null,
  preparation: Preparation | null,
): Progress {
  if (preparation) return preparing(preparation);
  const view = model.data.root ? core.swarm.view(model.data.root) : null;
  const { bytesTotal, bytesVerified } = counted(model);
  const { bytesDownloaded, bytesUploaded } = run?.totals(view) ?? model.data;
  const downRate = view?.downRate ?? 0;
  return {
    bytesVerified,
    bytesTotal,
    bytesDownloaded,
    bytesUploaded,
    downRate,
    upRate: view?.upRate ?? 0,
    peers: view?.peers.length ?? 0,
    copies: view?.copies ?? 0,
    etaSeconds: eta(bytesTotal - bytesVerified, downRate),
  };
}

/** Of a share of ours everything counts; of another's, the selection. */
function counted({ data, files, selection }: ShareModel): { bytesTotal: number; bytesVerified: number } {
  if (!data.mine) return { bytesTotal: selection?.bytesTotal ?? 0, bytesVerified: selection?.bytesVerified ?? 0 };
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return { bytesTotal: bytes, bytesVerified: data.root === null ? 0 : bytes };
}

function preparing({ bytesDone, bytesTotal, startedAt }: Preparation): Progress {
  const seconds = (performance.now() - startedAt) / 1000;
  const downRate = seconds > 0 ? bytesDone / seconds : 0;
  return {
    ...NOTHING,
    bytesVerified: bytesDone,
    bytesTotal,
    downRate,
    etaSeconds: eta(bytesTotal - bytesDone, downRate),
  };
}

function eta(bytes: number, rate: number): number | null {
  if (bytes <= 0) return 0;
  return rate > 0 ? bytes / rate : null;
}
