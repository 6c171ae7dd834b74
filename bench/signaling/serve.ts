// One server in a process of its own: `serve.ts NAME`. Tells its port when ready; answers `usage` with what it used.
import { startServer } from "@starling/signaling";

interface Usage {
  /** V8's heap and what it holds outside, after a full collection; bytes. */
  readonly heap: number;
  /** The process's resident memory; bytes. */
  readonly rss: number;
  /** CPU time so far, all threads; ms. */
  readonly cpuMs: number;
}

const UNLIMITED = { messagesPerSecond: 1e9, burst: 1e9, socketsPerAddress: 1e6 };

const START: Readonly<Record<string, () => Promise<number>>> = {
  async starling() {
    return (await startServer({ port: 0, host: "127.0.0.1", limits: UNLIMITED })).port;
  },
  async peer() {
    const { PeerServer } = await import("peer");
    const options = { port: 0, host: "127.0.0.1", concurrent_limit: 1e6, alive_timeout: 1e9 };
    return new Promise((resolve) => {
      PeerServer(options, (server) => resolve((server.address() as { port: number }).port));
    });
  },
  async "bittorrent-tracker"() {
    // Not the package's index: its client needs a compiled WebRTC.
    const { default: Server } = await import("bittorrent-tracker/server");
    const server = new Server({ http: false, udp: false, ws: true, stats: false });
    server.on("error", () => {});
    server.on("warning", () => {});
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve(server.ws.address().port));
    });
  },
};

function usage(): Usage {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return { heap: heapUsed + external, rss, cpuMs: (user + system) / 1000 };
}

const port = await START[process.argv[2] ?? ""]?.();
process.on("message", () => process.send?.(usage()));
process.on("disconnect", () => process.exit(0));
process.send?.({ port });

export type { Usage };
