import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** The server could not start. `message` is a sentence for the host. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** Loopback of both families: browsers try either for "localhost". */
const LOOPBACKS = ["127.0.0.1", "::1"];
/** Errors of a machine without IPv6. */
const NO_IPV6 = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL"]);

/**
 * Listens on `host`; "localhost" means the loopback addresses of IPv4 and IPv6.
 * @param create makes one server an address
 * @param port 0: any free one
 * @returns the port, and the servers that listen
 * @throws ListenError
 */
export async function listenOn(
  create: () => Server,
  host: string,
  port: number,
): Promise<{ readonly port: number; readonly servers: readonly Server[] }> {
  return listenOnAll(create, host, host === "localhost" ? LOOPBACKS : [host], port);
}

async function listenOnAll(create: () => Server, host: string, addresses: readonly string[], port: number) {
  const servers: Server[] = [];
  let bound = port;
  for (const address of addresses) {
    try {
      const server = create();
      bound = await listen(server, address, bound);
      servers.push(server);
    } catch (error) {
      if (servers.length > 0 && NO_IPV6.has(codeOf(error))) continue;
      for (const server of servers) server.close();
      throw sentence(error, host, bound);
    }
  }
  return { port: bound, servers };
}

function listen(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function sentence(error: unknown, host: string, port: number): ListenError {
  const code = codeOf(error);
  const cause = { cause: error };
  if (code === "EADDRINUSE") {
    const advice = "Stop the program that uses it, or choose another: PORT=8081 npm start";
    return new ListenError(`Port ${port} is already in use. ${advice}`, cause);
  }
  if (code === "EACCES")
    return new ListenError(`Port ${port} needs more rights; choose one from 1024 up by PORT.`, cause);
  return new ListenError(`Cannot listen on "${host}" (${code}); HOST must be an address of this machine.`, cause);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}
