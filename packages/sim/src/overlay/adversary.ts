import type { OverlayHost, OverlayPort, PageVisibility } from "./overlay-host.ts";

/** What a misbehaving node does with the frames that pass through it. The node's own protocol runs beneath. */
export interface Conduct<Frame> {
  /** What becomes of a frame that arrives: itself, another, or null for none. */
  readonly incoming?: (frame: Frame, from: string, port: OverlayPort<Frame>) => Frame | null;
  /** What becomes of a frame that the node would send. */
  readonly outgoing?: (frame: Frame, to: string, port: OverlayPort<Frame>) => Outgoing<Frame> | null;
  /** Misdeeds of its own accord. */
  readonly tick?: (port: OverlayPort<Frame>) => void;
}

export interface Outgoing<Frame> {
  readonly frame: Frame;
  readonly to: string;
  /** Sent after so many ms. */
  readonly delayMs?: number;
}

/** A host whose frames pass through a {@link Conduct} both ways. */
export class Adversary<Frame> implements OverlayHost<Frame> {
  readonly id: string;
  readonly #inner: OverlayHost<Frame>;
  readonly #conduct: Conduct<Frame>;
  readonly #after: (delayMs: number, run: () => void) => void;
  #port: OverlayPort<Frame> | null = null;

  /** @param after the world's clock, for frames sent late. */
  constructor(inner: OverlayHost<Frame>, conduct: Conduct<Frame>, after: (delayMs: number, run: () => void) => void) {
    this.id = inner.id;
    this.#inner = inner;
    this.#conduct = conduct;
    this.#after = after;
  }

  start(port: OverlayPort<Frame>): void {
    this.#port = port;
    this.#inner.start({
      ...port,
      get now() {
        return port.now;
      },
      send: (to, frame, bytes) => this.#send(port, to, frame, bytes),
    });
  }

  receive(peer: string, frame: Frame): void {
    const port = this.#port;
    if (port === null) return;
    const passed = this.#conduct.incoming === undefined ? frame : this.#conduct.incoming(frame, peer, port);
    if (passed !== null) this.#inner.receive(peer, passed);
  }

  tick(): void {
    if (this.#port !== null) this.#conduct.tick?.(this.#port);
    this.#inner.tick();
  }

  linkUp(peer: string, dialled: boolean): void {
    this.#inner.linkUp(peer, dialled);
  }

  linkDown(peer: string): void {
    this.#inner.linkDown(peer);
  }

  dialFailed(peer: string, alternates: readonly string[]): void {
    this.#inner.dialFailed(peer, alternates);
  }

  carry(to: string, body: Uint8Array): void {
    this.#inner.carry(to, body);
  }

  serverPeers(peers: readonly string[]): void {
    this.#inner.serverPeers(peers);
  }

  serverOpen(open: boolean): void {
    this.#inner.serverOpen(open);
  }

  created(count: number): void {
    this.#inner.created(count);
  }

  visibility(visibility: PageVisibility): void {
    this.#inner.visibility(visibility);
  }

  leaving(): void {
    this.#inner.leaving();
  }

  #send(port: OverlayPort<Frame>, to: string, frame: Frame, bytes: number): void {
    if (this.#conduct.outgoing === undefined) return port.send(to, frame, bytes);
    const changed = this.#conduct.outgoing(frame, to, port);
    if (changed === null) return;
    const send = () => port.send(changed.to, changed.frame, bytes);
    if (changed.delayMs === undefined) send();
    else this.#after(changed.delayMs, send);
  }
}

/** Which frames a conduct is about; the others pass. */
export type Affects<Frame> = (frame: Frame, self: string) => boolean;

/** Takes frames, acknowledges nothing, and forgets them. */
export function dropping<Frame>(affects: Affects<Frame>, self: string): Conduct<Frame> {
  return { incoming: (frame) => (affects(frame, self) ? null : frame) };
}

/** Sends frames on, but late. */
export function delaying<Frame>(affects: Affects<Frame>, self: string, delayMs: number): Conduct<Frame> {
  return { outgoing: (frame, to) => (affects(frame, self) ? { frame, to, delayMs } : { frame, to }) };
}

/** Sends frames to some linked peer instead of the one that they should go to. */
export function misrouting<Frame>(affects: Affects<Frame>, self: string): Conduct<Frame> {
  return {
    outgoing: (frame, to, port) => {
      const links = port.links();
      const wrong = affects(frame, self) ? links[port.random.below(links.length)] : undefined;
      return { frame, to: wrong ?? to };
    },
  };
}

/** Remembers frames and says them again, to whomever, every tick. */
export function replaying<Frame>(bytes: (frame: Frame) => number, perTick: number): Conduct<Frame> {
  const heard: Frame[] = [];
  return {
    incoming: (frame) => {
      if (heard.length < 256) heard.push(frame);
      return frame;
    },
    tick: (port) => {
      const links = port.links();
      for (let i = 0; i < perTick; i++) {
        const frame = heard[port.random.below(heard.length)];
        const to = links[port.random.below(links.length)];
        if (frame !== undefined && to !== undefined) port.send(to, frame, bytes(frame));
      }
    },
  };
}

/** Sends frames of its own making to its neighbours, so many each tick. */
export function flooding<Frame>(
  make: (port: OverlayPort<Frame>) => { readonly frame: Frame; readonly bytes: number },
  perTick: number,
): Conduct<Frame> {
  return {
    tick: (port) => {
      const links = port.links();
      for (let i = 0; i < perTick; i++) {
        const to = links[port.random.below(links.length)];
        const { frame, bytes } = make(port);
        if (to !== undefined) port.send(to, frame, bytes);
      }
    },
  };
}

/**
 * An id that shares as many leading bits with the key as an attacker finds by drawing `tries` keys (Sybil nodes ground
 * near a key): the best of so many, drawn at once, shares about log2(tries) bits.
 */
export function groundId(key: string, tries: number, drawn: string): string {
  const bits = Math.floor(Math.log2(tries));
  const digits = bits >> 2;
  return key.slice(0, digits) + drawn.slice(digits);
}
