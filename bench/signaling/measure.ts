import { setTimeout as sleep } from "node:timers/promises";
import { ServerChild } from "./child.ts";
import type { Contender, Member } from "./contenders.ts";
import { clientFrame } from "./frames.ts";

export interface Measured {
  /** Bytes of heap and external memory that one more idle connection takes. */
  readonly heapPerConnection: number;
  /** Growth of resident memory from a server without connections to one full of them, for each, in bytes. */
  readonly rssPerConnection: number;
  /** Relayed messages for each second of the server's CPU time: what one core carries, whatever else the machine does. */
  readonly messagesPerCpuSecond: number;
  /** Relayed messages a second by the clock; other load lowers it. */
  readonly messagesPerSecond: number;
}

export interface Size {
  readonly connections: number;
  readonly seconds: number;
}

const BODY = "x".repeat(1024);
/** Connections that relay, in pairs, and the messages of each under way. */
const RELAYING = 32;
const WINDOW = 8;
const JOINING_AT_ONCE = 50;
const UNCOUNTED = 3_000;
const WARM_UP_SECONDS = 2;

/** Measures a server in a new process: first memory, then, with only the relaying connections, messages. */
export async function measure(contender: Contender, size: Size): Promise<Measured> {
  const idle = await measureIdle(contender, size.connections);
  return { ...idle, ...(await measureRelay(contender, size.seconds)) };
}

async function measureIdle(contender: Contender, connections: number) {
  const server = await ServerChild.start(contender.name);
  const empty = await server.usage();
  // The first connections load code, fill caches and grow the heap; they stay open and do not count for the heap.
  const first = await joinAll(contender, server.port, UNCOUNTED);
  await sleep(1_000);
  const before = await server.usage();
  const members = await joinAll(contender, server.port, connections);
  await sleep(3_000);
  const after = await server.usage();
  for (const { socket } of [...first, ...members]) socket.close();
  await server.stop();
  return {
    heapPerConnection: (after.heap - before.heap) / connections,
    rssPerConnection: (after.rss - empty.rss) / (UNCOUNTED + connections),
  };
}

async function measureRelay(contender: Contender, seconds: number) {
  const server = await ServerChild.start(contender.name);
  const members = await joinAll(contender, server.port, RELAYING);
  let relayed = 0;
  const count = () => {
    relayed += 1;
  };
  await Promise.all(members.map((member, index) => flow(contender, member, members[index ^ 1]!, count)));
  await sleep(WARM_UP_SECONDS * 1000);
  const [cpu, clock, begin] = [(await server.usage()).cpuMs, performance.now(), relayed];
  await sleep(seconds * 1000);
  const total = relayed - begin;
  const messagesPerSecond = (total * 1000) / (performance.now() - clock);
  const messagesPerCpuSecond = (total * 1000) / ((await server.usage()).cpuMs - cpu);
  for (const { socket } of members) socket.close();
  await server.stop();
  return { messagesPerSecond, messagesPerCpuSecond };
}

/** Keeps a window of messages under way from one member to another: each that arrives sends the next. */
async function flow(contender: Contender, from: Member, to: Member, onRelayed: () => void): Promise<void> {
  const frame = clientFrame(contender.relay(from, to, BODY));
  from.socket.stream.write(frame);
  // The first tells how long a relayed message is; server frames of this length have a header of 4.
  const length = Buffer.byteLength(await to.socket.next()) + 4;
  let bytes = 0;
  to.socket.countBytes((received) => {
    bytes += received;
    const whole = Math.floor(bytes / length);
    bytes -= whole * length;
    for (let message = 0; message < whole; message++) {
      onRelayed();
      from.socket.stream.write(frame);
    }
  });
  for (let message = 0; message < WINDOW; message++) from.socket.stream.write(frame);
}

async function joinAll(contender: Contender, port: number, count: number): Promise<Member[]> {
  const members: Member[] = [];
  while (members.length < count) {
    const batch = Math.min(JOINING_AT_ONCE, count - members.length);
    members.push(...(await Promise.all(Array.from({ length: batch }, () => contender.join(port)))));
  }
  return members;
}
