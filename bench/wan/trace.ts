import { mkdir, writeFile } from "node:fs/promises";
import type { BrowserContext, Page } from "playwright";
import { pageScript } from "../micro/page-script.ts";
import type { HostSample } from "./netlab.ts";
import type { Rig } from "./rig.ts";
import { traceCharts } from "./trace-charts.ts";
import type { PageEvent } from "./trace-page.ts";

declare const starlingTrace: typeof import("./trace-page.ts");

/** A {@link PageEvent} of a host, at so many seconds from the wish to download. */
export type TracedEvent = Omit<PageEvent, "at"> & { readonly host: string; readonly seconds: number };
export type TracedSample = Omit<HostSample, "at"> & { readonly seconds: number };

/** What one run of Starling did, as its frames and the emulated lines tell it. */
export interface Trace {
  readonly events: readonly TracedEvent[];
  readonly samples: readonly TracedSample[];
}

/** Writes the trace of each run as a table (CSV) and charts (SVG) beside each other. */
export class Tracer {
  readonly #script: string;
  readonly #folder: string;
  #runs = 0;

  private constructor(script: string, folder: string) {
    this.#script = script;
    this.#folder = folder;
  }

  /** @param folder made if it is not there. */
  static async create(folder: string): Promise<Tracer> {
    await mkdir(folder, { recursive: true });
    const script = await pageScript("../wan/trace-page.ts", "starlingTrace");
    return new Tracer(`${script};globalThis.starlingTrace = starlingTrace;`, folder);
  }

  /** Pages that this context opens from now on are listened to. */
  async prepare(context: BrowserContext): Promise<void> {
    await context.addInitScript({ content: this.#script });
  }

  /** Traces from now on; the result ends that, writes and tells the beginning of the files' names. */
  watch(rig: Rig, pages: ReadonlyMap<string, Page>): () => Promise<string> {
    const startedAt = performance.now();
    const samples: TracedSample[] = [];
    const stop = rig.netlab?.listen(({ at, ...sample }) => {
      samples.push({ ...sample, seconds: (at - startedAt) / 1000 });
    });
    return async () => {
      stop?.();
      const events = await collect(pages, performance.timeOrigin + startedAt);
      return this.#write({ events, samples });
    };
  }

  async #write(trace: Trace): Promise<string> {
    const name = `${this.#folder}/trace-${++this.#runs}`;
    await writeFile(`${name}.csv`, table(trace));
    for (const [chart, svg] of Object.entries(traceCharts(trace))) await writeFile(`${name}-${chart}.svg`, svg);
    return name;
  }
}

async function collect(pages: ReadonlyMap<string, Page>, startedAt: number): Promise<TracedEvent[]> {
  const lists = await Promise.all(
    [...pages].map(async ([host, page]) => {
      const events = await page.evaluate(() => starlingTrace.take());
      return events.map(({ at, ...event }) => ({ ...event, host, seconds: (at - startedAt) / 1000 }));
    }),
  );
  return lists.flat().filter(({ seconds }) => seconds >= 0);
}

/** Events of pages and states of lines by time; what a row does not know is empty. */
function table({ events, samples }: Trace): string {
  const head =
    "seconds,host,event,bytes,outstanding,waiting,buffered,response_ms,delay_ms,uplink_queue_ms,downlink_queue_ms,dropped_by_queue,dropped_by_loss";
  const rows = [
    ...events.map((e): [number, string] => {
      const sizes = [e.bytes, e.outstanding, e.waiting, e.buffered].join(",");
      return [e.seconds, `${e.host},${e.event},${sizes},${shown(e.response)},${shown(e.delay)},,,,`];
    }),
    ...samples.map((s): [number, string] => {
      const drops = `${s.droppedByQueue},${s.droppedByLoss}`;
      return [s.seconds, `${s.host},line,,,,,,,${s.upQueue},${s.downQueue},${drops}`];
    }),
  ];
  rows.sort(([a], [b]) => a - b);
  return [head, ...rows.map(([seconds, row]) => `${seconds.toFixed(3)},${row}`), ""].join("\n");
}

function shown(ms: number | null): string {
  return ms === null ? "" : ms.toFixed(1);
}
