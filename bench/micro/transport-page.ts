// The page's side of transport.ts: one end of a raw data channel or of an association, and a sender that fills it.
import { type AssociationEvents, createWebRtcTransport } from "../../packages/transport/src/index.ts";

const BLOCK = 64 * 1024;
/** Enough for host candidates of one machine to be found. */
const GATHERING_MS = 300;
/** The raw sender's bound, in bytes: more gains nothing. */
const RAW_HIGH_WATER = 1024 * 1024;
/** How far the adapter's sender runs ahead, in bytes. */
const QUEUED = 512 * 1024;

export type Kind = "raw" | "adapter";

interface End {
  /** Description and candidates as text. */
  local(): Promise<string>;
  remote(text: string): Promise<void>;
  readonly open: Promise<void>;
  send(bytes: number): void;
  received(bytes: number): Promise<void>;
  close(): void;
}

class Counter {
  #bytes = 0;
  #waiting: { readonly bytes: number; readonly done: () => void } | null = null;

  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#waiting && this.#bytes >= this.#waiting.bytes) this.#waiting.done();
  }

  reach(bytes: number): Promise<void> {
    if (this.#bytes >= bytes) return Promise.resolve();
    return new Promise((done) => {
      this.#waiting = { bytes, done };
    });
  }
}

function rawEnd(initiator: boolean): End {
  const connection = new RTCPeerConnection();
  const channel = connection.createDataChannel("", { negotiated: true, id: 0 });
  const counter = new Counter();
  channel.binaryType = "arraybuffer";
  channel.bufferedAmountLowThreshold = RAW_HIGH_WATER / 2;
  channel.onmessage = ({ data }) => counter.add(data.byteLength);
  return {
    open: new Promise((resolve) => {
      channel.onopen = () => resolve();
    }),
    async local() {
      await connection.setLocalDescription();
      await delay(GATHERING_MS);
      return JSON.stringify(connection.localDescription);
    },
    async remote(text) {
      await connection.setRemoteDescription(JSON.parse(text));
    },
    send(bytes) {
      if (!initiator) return;
      const block = new Uint8Array(BLOCK);
      let sent = 0;
      const fill = () => {
        for (; sent < bytes && channel.bufferedAmount < RAW_HIGH_WATER; sent += BLOCK) channel.send(block);
      };
      channel.onbufferedamountlow = fill;
      fill();
    },
    received: (bytes) => counter.reach(bytes),
    close: () => connection.close(),
  };
}

function adapterEnd(initiator: boolean): End {
  const counter = new Counter();
  const signals: Parameters<AssociationEvents["candidate"] | AssociationEvents["description"]>[0][] = [];
  let opened = () => {};
  const open = new Promise<void>((resolve) => {
    opened = resolve;
  });
  let fill = () => {};
  const association = createWebRtcTransport().create(
    { initiator, iceServers: [] },
    {
      description: (description) => void signals.push(description),
      candidate: ({ candidate, sdpMid, sdpMLineIndex }) => void signals.push({ candidate, sdpMid, sdpMLineIndex }),
      open: () => opened(),
      frame: (frame) => counter.add(frame.byteLength),
      flushed: () => fill(),
      closed: () => {},
    },
  );
  return {
    open,
    async local() {
      await delay(GATHERING_MS);
      return JSON.stringify(signals);
    },
    async remote(text) {
      for (const signal of JSON.parse(text)) {
        if ("sdp" in signal) association.describe(signal);
        else association.addCandidate(signal);
      }
    },
    send(bytes) {
      const block = new Uint8Array(BLOCK);
      let sent = 0;
      fill = () => {
        for (; sent < bytes && association.queuedBytes < QUEUED; sent += BLOCK) association.send(block, "block");
      };
      fill();
    },
    received: (bytes) => counter.reach(bytes),
    close: () => association.close("measured"),
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const ends = new Map<string, End>();

function endOf(role: string): End {
  const end = ends.get(role);
  if (!end) throw new Error(`There is no ${role}.`);
  return end;
}

/** Makes this page's end of that role; both may be in one page. */
export function create(kind: Kind, role: "sender" | "receiver"): void {
  ends.set(role, kind === "raw" ? rawEnd(role === "sender") : adapterEnd(role === "sender"));
}
export const local = (role: string): Promise<string> => endOf(role).local();
export const remote = (role: string, text: string): Promise<void> => endOf(role).remote(text);
export const open = (role: string): Promise<void> => endOf(role).open;
export const send = (bytes: number): void => endOf("sender").send(bytes);
export const received = (bytes: number): Promise<void> => endOf("receiver").received(bytes);
export function close(role: string): void {
  endOf(role).close();
  ends.delete(role);
}
