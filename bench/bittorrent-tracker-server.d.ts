/** The part of bittorrent-tracker's server that the benchmark uses; the package has no types. */
declare module "bittorrent-tracker/server" {
  import type { EventEmitter } from "node:events";
  import type { AddressInfo } from "node:net";

  export default class Server extends EventEmitter {
    constructor(options: { udp: boolean; http: boolean; ws: boolean; stats: boolean });
    readonly ws: { address(): AddressInfo };
    listen(port: number, host: string, listening: () => void): void;
    close(closed: () => void): void;
  }
}
