import {
  type OverlayHost,
  type OverlayPort,
  OverlayWorld,
  type OverlayWorldOptions,
  type PageVisibility,
} from "../src/index.ts";

/** A frame of scribes. */
export interface Note {
  readonly text: string;
}

/** Links to whom it is told to, notes everything, and floods connection messages to their addressee over its links. */
export class Scribe implements OverlayHost<Note> {
  readonly id: string;
  readonly log: string[] = [];
  ticks = 0;
  port: OverlayPort<Note> | null = null;
  /** Set: how connection messages are carried once there are links. */
  carrier: ((to: string, body: Uint8Array) => void) | null = null;

  constructor(id: string) {
    this.id = id;
  }

  start(port: OverlayPort<Note>): void {
    this.port = port;
  }

  receive(peer: string, { text }: Note): void {
    this.#note(`${text} of ${peer}`);
  }

  linkUp(peer: string, dialled: boolean): void {
    this.#note(`up ${peer} ${dialled ? "dialled" : "accepted"}`);
  }

  linkDown(peer: string): void {
    this.#note(`down ${peer}`);
  }

  dialFailed(peer: string): void {
    this.#note(`failed ${peer}`);
  }

  carry(to: string, body: Uint8Array): void {
    if (this.carrier === null) this.port?.uncarried(to);
    else this.carrier(to, body);
  }

  serverPeers(peers: readonly string[]): void {
    this.#note(`peers ${[...peers].sort()}`);
  }

  serverOpen(open: boolean): void {
    this.#note(`server ${open}`);
  }

  created(count: number): void {
    this.#note(`created ${count}`);
  }

  visibility(visibility: PageVisibility): void {
    this.#note(visibility);
  }

  leaving(): void {
    this.#note("leaving");
  }

  tick(): void {
    this.ticks++;
  }

  /** What happened, without times. */
  said(start: string): string[] {
    return this.log.map((line) => line.split("@")[0] ?? "").filter((line) => line.startsWith(start));
  }

  at(line: string): number {
    return Number(this.log.find((entry) => entry.startsWith(`${line}@`))?.split("@")[1]);
  }

  #note(text: string): void {
    this.log.push(`${text}@${this.port?.now}`);
  }
}

const sure = { pairFailure: 0, attemptFailure: 0 };

/** So many scribes under a server, 500 ms after they came. Every dial succeeds unless `costs` say otherwise. */
export function worldOf(nodes: number, options: Partial<OverlayWorldOptions> = {}) {
  const world = new OverlayWorld<Note>({ seed: 1, tickMs: 1_000, costs: sure, ...options });
  const scribes = Array.from({ length: nodes }, (_, index) => new Scribe(`${index}`.repeat(4)));
  for (const scribe of scribes) world.add(scribe);
  world.run(500);
  return { world, scribes, a: scribes[0]!, b: scribes[1]! };
}
