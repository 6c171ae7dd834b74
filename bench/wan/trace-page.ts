// The page's side of --trace: listens in on the app's data channels and notes what their frames tell. It is put on the
// page as `starlingTrace` before any code of the app runs.
import { type BlockRange, decodeBlock, decoded, decodeSwarmFrame, FRAME, frameKind } from "@starling/protocol";

/** What happened at one end. Times in ms, sizes in bytes of ciphertext. */
export interface PageEvent {
  /** Ms since the epoch. */
  readonly at: number;
  /** `asked` and `came` at who fetches, `wanted` and `sent` (to the channel) at who serves; `refused` at either. */
  readonly event: "asked" | "came" | "wanted" | "sent" | "refused";
  readonly bytes: number;
  /** Asked of others and not come. */
  readonly outstanding: number;
  /** Wanted by others and not handed to a channel. */
  readonly waiting: number;
  /** In channels and not yet on the network. */
  readonly buffered: number;
  /** From asking to coming; null for other events. */
  readonly response: number | null;
  /** The sender's clock to ours: only its changes mean anything. Null for other events. */
  readonly delay: number | null;
}

const noted: PageEvent[] = [];
const askedAt = new Map<string, number>();
const channels: RTCDataChannel[] = [];
let outstanding = 0;
let waiting = 0;

/** Everything noted since the last call. */
export function take(): PageEvent[] {
  return noted.splice(0);
}

const { createDataChannel } = RTCPeerConnection.prototype;
RTCPeerConnection.prototype.createDataChannel = function (label, options) {
  const channel = createDataChannel.call(this, label, options);
  channels.push(channel);
  const send = channel.send.bind(channel) as (frame: Uint8Array<ArrayBuffer>) => void;
  const replaced = (frame: Uint8Array<ArrayBuffer>) => {
    outgoing(frame);
    send(frame);
  };
  channel.send = replaced as typeof channel.send;
  channel.addEventListener("message", ({ data }) => incoming(new Uint8Array(data)));
  return channel;
};

function outgoing(frame: Uint8Array): void {
  if (frameKind(frame) === FRAME.block) {
    const { length } = decodeBlock(frame).payload;
    waiting -= length;
    note("sent", length);
    return;
  }
  const message = swarmMessage(frame);
  if (message?.type === "request") {
    outstanding += sum(message.blocks);
    for (const block of message.blocks) askedAt.set(keyOf(block), performance.now());
    note("asked", sum(message.blocks));
  } else if (message?.type === "reject") {
    waiting -= sum(message.blocks);
    note("refused", sum(message.blocks));
  }
}

function incoming(frame: Uint8Array): void {
  if (frameKind(frame) === FRAME.block) return came(frame);
  const message = swarmMessage(frame);
  if (message?.type === "request") {
    waiting += sum(message.blocks);
    note("wanted", sum(message.blocks));
  } else if (message?.type === "reject") {
    outstanding -= sum(message.blocks);
    note("refused", sum(message.blocks));
  }
}

function came(frame: Uint8Array): void {
  const { piece, offset, payload, sentAt } = decodeBlock(frame);
  const key = keyOf([piece, offset, payload.length]);
  const now = performance.now();
  const asked = askedAt.get(key);
  askedAt.delete(key);
  outstanding -= payload.length;
  note("came", payload.length, asked === undefined ? null : now - asked, now - sentAt);
}

function note(
  event: PageEvent["event"],
  bytes: number,
  response: number | null = null,
  delay: number | null = null,
): void {
  const at = performance.timeOrigin + performance.now();
  noted.push({ at, event, bytes, outstanding, waiting, buffered: bufferedBytes(), response, delay });
}

function bufferedBytes(): number {
  return channels.reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0);
}

function swarmMessage(frame: Uint8Array): ReturnType<typeof decodeSwarmFrame> {
  return frameKind(frame) === FRAME.swarm ? decoded(() => decodeSwarmFrame(frame)) : null;
}

function sum(blocks: readonly BlockRange[]): number {
  return blocks.reduce((bytes, [, , length]) => bytes + length, 0);
}

function keyOf([piece, offset]: BlockRange): string {
  return `${piece}/${offset}`;
}
