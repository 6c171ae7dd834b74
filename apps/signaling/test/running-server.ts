import { afterEach } from "vitest";
import { type RunningServer, type ServerOptions, startServer } from "../src/server.ts";

const running: RunningServer[] = [];

/** A server on a free port of the loopback, ended after the test. */
export async function start(options: ServerOptions = {}): Promise<RunningServer> {
  const server = await startServer({ port: 0, host: "127.0.0.1", ...options });
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});
