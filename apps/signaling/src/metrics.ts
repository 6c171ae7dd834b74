import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { HubEffect } from "./hub/effects.ts";
import type { SocketCut } from "./sockets.ts";

/** Counts of what the server does, without names: for `/metrics` in the format of Prometheus. */
export interface Metrics {
  readonly registry: Registry;
  readonly count: (event: HubEffect | SocketCut) => void;
}

export function createMetrics(counts: () => { readonly nodes: number; readonly sockets: number }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: "starling_nodes",
    help: "Nodes with a proved identity",
    registers,
    collect() {
      this.set(counts().nodes);
    },
  });
  new Gauge({
    name: "starling_sockets",
    help: "Open WebSockets",
    registers,
    collect() {
      this.set(counts().sockets);
    },
  });
  const sent = new Counter({ name: "starling_sent_total", help: "Messages sent", labelNames: ["type"], registers });
  const closed = new Counter({
    name: "starling_closed_total",
    help: "Sockets that the server ended",
    labelNames: ["reason"],
    registers,
  });
  return {
    registry,
    count(event) {
      if (event.type === "send") sent.inc({ type: event.message.type });
      if (event.type === "close") closed.inc({ reason: event.closing });
      if (event.type === "cut") closed.inc({ reason: event.reason });
    },
  };
}
