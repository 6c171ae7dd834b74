import { fingerprintOf, toHex } from "@starling/protocol";
import type { Candidate, ConnectInput, Description } from "../src/index.ts";
import type { Random, Schedule } from "./schedule.ts";

type Report = (input: ConnectInput) => void;

/** How the fake network treats associations. */
export interface Network {
  /** Whether ICE finds a way between the two. */
  reachable: boolean;
}

/**
 * Stands for RTCPeerConnections: two associations connect when each has the other's description, at least one knows a
 * candidate of the other, and each one's certificate is the one that the other was told (as DTLS checks).
 */
export class Associations {
  readonly network: Network = { reachable: true };
  readonly #byUfrag = new Map<string, Association>();
  readonly schedule: Schedule;
  readonly random: Random;

  constructor(schedule: Schedule, random: Random) {
    this.schedule = schedule;
    this.random = random;
  }

  create(session: string, initiator: boolean, report: Report): Association {
    const ufrag = toHex(this.random.bytes(4));
    const association = new Association(this, session, ufrag, toHex(this.random.bytes(32)), report);
    this.#byUfrag.set(ufrag, association);
    if (initiator) association.makeDescription("offer");
    return association;
  }

  at(ufrag: string): Association | undefined {
    return this.#byUfrag.get(ufrag);
  }
}

export function sdpOf(ufrag: string, fingerprint: string): string {
  const pairs = fingerprint.toUpperCase().replaceAll(/(..)(?!$)/g, "$1:");
  return [
    "v=0",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    `a=ice-ufrag:${ufrag}`,
    `a=fingerprint:sha-256 ${pairs}`,
    "",
  ].join("\r\n");
}

export class Association {
  readonly #all: Associations;
  readonly #session: string;
  readonly #ufrag: string;
  readonly #fingerprint: string;
  readonly #report: Report;
  #remote: Description | null = null;
  #candidates = 0;
  isClosed = false;
  isOpen = false;

  constructor(all: Associations, session: string, ufrag: string, fingerprint: string, report: Report) {
    this.#all = all;
    this.#session = session;
    this.#ufrag = ufrag;
    this.#fingerprint = fingerprint;
    this.#report = report;
  }

  makeDescription(type: "offer" | "answer"): void {
    const description: Description = { type, sdp: sdpOf(this.#ufrag, this.#fingerprint) };
    this.#later(2, 10, () => this.#tell({ type: "described", session: this.#session, description }));
    for (const port of [1, 2]) {
      const candidate: Candidate = { candidate: `candidate:${this.#ufrag} ${port}`, sdpMid: "0", sdpMLineIndex: 0 };
      this.#later(3, 40, () => this.#tell({ type: "gathered", session: this.#session, candidate }));
    }
  }

  describe(description: Description): void {
    if (this.isClosed || this.#remote !== null) return;
    this.#remote = description;
    if (description.type === "offer") this.makeDescription("answer");
    this.#connect();
  }

  addCandidate(): void {
    this.#candidates++;
    this.#connect();
  }

  sendHello(body: Uint8Array): void {
    const peer = this.#peer();
    if (peer !== null && this.isOpen) this.#later(10, 50, () => peer.#tellWhenOpen(body));
  }

  /** Our page closed it. A connected peer notices; one that is still connecting finds out by ICE. */
  close(noticed = true): void {
    if (this.isClosed) return;
    const peer = this.isOpen ? this.#peer() : null;
    this.isClosed = true;
    const [low, high, reason] = noticed ? [5, 40, "remote"] : [6_000, 7_000, "ice-failed"];
    if (peer !== null) this.#later(low, high, () => peer.fail(reason));
  }

  fail(reason: string): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#report({ type: "closed", session: this.#session, reason });
  }

  #tellWhenOpen(body: Uint8Array): void {
    if (this.isOpen) this.#tell({ type: "hello", session: this.#session, body });
    else if (!this.isClosed) this.#later(5, 10, () => this.#tellWhenOpen(body));
  }

  #connect(): void {
    const peer = this.#peer();
    if (peer === null || this.isOpen || this.#candidates + peer.#candidates === 0) return;
    if (!this.#all.network.reachable) return;
    this.#later(20, 100, () => this.#open());
    this.#all.schedule.after(this.#all.random.between(20, 100), () => peer.#open());
  }

  #open(): void {
    if (this.isOpen || this.isClosed) return;
    this.isOpen = true;
    this.#tell({ type: "opened", session: this.#session });
  }

  /** The other end, when both were described to each other with their true fingerprints. */
  #peer(): Association | null {
    const peer = this.#told();
    return peer !== null && peer.#told() === this ? peer : null;
  }

  #told(): Association | null {
    if (this.#remote === null) return null;
    const ufrag = /ice-ufrag:(\w+)/.exec(this.#remote.sdp)?.[1] ?? "";
    const peer = this.#all.at(ufrag);
    return peer !== undefined && !peer.isClosed && peer.#fingerprint === fingerprintOf(this.#remote.sdp) ? peer : null;
  }

  #tell(input: ConnectInput): void {
    if (!this.isClosed) this.#report(input);
  }

  #later(low: number, high: number, run: () => void): void {
    this.#all.schedule.after(this.#all.random.between(low, high), run);
  }
}
