import {
  concat,
  decodeConnectMessage,
  equalBytes,
  messageHash,
  type NodeId,
  nodeIdOf,
  toHex,
} from "@starling/protocol";
import { Connect, type ConnectEffect, type ConnectInput, type ConnectOptions } from "../src/index.ts";
import { type Association, Associations } from "./associations.ts";
import { Random, Schedule } from "./schedule.ts";

/** A message on its way; an evil carrier may change all of it. */
export interface Letter {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly body: Uint8Array;
}

export interface WorldOptions {
  readonly seed?: number;
  /** How many nodes; they are named a, b, c ... in the order of their ids. */
  readonly nodes?: number;
  /** Chance that the carrier loses a message. */
  readonly loss?: number;
  /** Delay of the carrier in ms, drawn anew for each message, so that they overtake one another. */
  readonly delay?: readonly [number, number];
  readonly options?: Partial<Pick<ConnectOptions, "accept" | "limits">>;
}

interface Identity {
  readonly publicKey: Uint8Array;
  readonly secret: Uint8Array;
}

export class Node {
  readonly name: string;
  readonly id: NodeId;
  readonly identity: Identity;
  readonly associations = new Map<string, Association>();
  readonly linked = new Map<NodeId, string>();
  machine: Connect;
  online = true;
  /** Counts page loads: what an older page was still waiting for is void. */
  life = 0;

  constructor(name: string, identity: Identity, machine: Connect) {
    this.name = name;
    this.id = nodeIdOf(identity.publicKey);
    this.identity = identity;
    this.machine = machine;
  }
}

/** Stands for Ed25519, and is faster: without the secret it cannot be made, and the world verifies it. 64 bytes. */
function mac(secret: Uint8Array, payload: Uint8Array): Uint8Array {
  const half = messageHash(concat(secret, payload));
  return concat(half, messageHash(concat(secret, half)));
}

/** Machines joined by a fake carrier and fake associations in virtual time: one seed gives one trace. */
export class World {
  readonly schedule = new Schedule();
  readonly random: Random;
  readonly associations: Associations;
  readonly nodes: Node[];
  /** What happened, a line each, as a reader would draw it. */
  readonly trace: string[] = [];
  /** All letters that were carried. */
  readonly letters: Letter[] = [];
  /** What the carrier does with a letter; by default it delivers it. */
  carry: (letter: Letter) => readonly Letter[] = (letter) => [letter];
  /** What becomes of a hello on the channel. */
  carryHello: (body: Uint8Array) => Uint8Array = (body) => body;
  /** Sees every effect before it is performed. */
  onEffect: (node: Node, effect: ConnectEffect) => void = () => {};
  loss: number;
  readonly #delay: readonly [number, number];
  readonly #options: WorldOptions["options"];
  readonly #secrets = new Map<string, Uint8Array>();

  constructor({ seed = 1, nodes = 2, loss = 0, delay = [10, 10], options = {} }: WorldOptions = {}) {
    this.random = new Random(seed);
    this.associations = new Associations(this.schedule, this.random);
    this.loss = loss;
    this.#delay = delay;
    this.#options = options;
    const identities = Array.from({ length: nodes }, () => this.#identity());
    identities.sort((x, y) => (nodeIdOf(x.publicKey) < nodeIdOf(y.publicKey) ? -1 : 1));
    this.nodes = identities.map((identity, index) => {
      const name = String.fromCharCode(97 + index);
      return new Node(name, identity, this.#machine(identity));
    });
    for (const node of this.nodes) this.#boot(node);
  }

  node(name: string): Node {
    return this.nodes[name.charCodeAt(0) - 97]!;
  }

  nameOf(id: NodeId): string {
    return this.nodes.find((node) => node.id === id)?.name ?? "?";
  }

  input(name: string, input: ConnectInput): void {
    this.#handle(this.node(name), input);
  }

  want(name: string, peer: string): void {
    this.input(name, { type: "want", peer: this.node(peer).id });
  }

  unwant(name: string, peer: string): void {
    this.input(name, { type: "unwant", peer: this.node(peer).id });
  }

  status(name: string, peer: string): string {
    return this.node(name).machine.status(this.node(peer).id);
  }

  run(ms: number): void {
    this.schedule.run(ms);
  }

  /** The page is loaded anew: same id, nothing remembered. `noticed`: its closing channels told the peers. */
  reload(name: string, noticed = true): void {
    this.leave(name, noticed);
    const node = this.node(name);
    node.machine = this.#machine(node.identity);
    node.online = true;
    this.#boot(node);
  }

  leave(name: string, noticed = true): void {
    const node = this.node(name);
    this.trace.push(`${name} leaves`);
    node.online = false;
    node.life++;
    for (const association of node.associations.values()) association.close(noticed);
    node.associations.clear();
    node.linked.clear();
  }

  /** Ends the association of a link under both, as a network that breaks does. */
  breakLink(name: string, peer: string): void {
    const session = this.node(name).machine.sessionOf(this.node(peer).id);
    if (session === null) return;
    for (const node of [this.node(name), this.node(peer)]) node.associations.get(session)?.fail("ice-failed");
  }

  typeOf({ body }: Letter): string {
    return decodeConnectMessage(body)?.type ?? "unknown";
  }

  /** Sessions that a node accepted, an entry for each message. */
  accepted(name: string): string[] {
    const { id } = this.node(name);
    const accepts = this.letters.filter((letter) => letter.from === id && this.typeOf(letter) === "accept");
    return accepts.map(({ body }) => decodeConnectMessage(body)?.session ?? "");
  }

  /** A message of any bytes, as the carrier would deliver it. */
  deliver(letter: Letter, delayMs = 0): void {
    this.schedule.after(delayMs, () => {
      const node = this.nodes.find(({ id }) => id === letter.to);
      if (node?.online) this.#handle(node, { type: "message", from: letter.from, body: letter.body });
      else this.#gone(letter);
    });
  }

  /** Signs as a node, for tests that play its part by hand. */
  signAs(node: Node, payload: Uint8Array): Uint8Array {
    return mac(node.identity.secret, payload);
  }

  #gone({ from, to }: Letter): void {
    const sender = this.nodes.find(({ id }) => id === from);
    if (sender?.online) this.#handle(sender, { type: "gone", to });
  }

  #identity(): Identity {
    const identity = { publicKey: this.random.bytes(32), secret: this.random.bytes(32) };
    this.#secrets.set(toHex(identity.publicKey), identity.secret);
    return identity;
  }

  #machine({ publicKey }: Identity): Connect {
    const self = { nodeId: nodeIdOf(publicKey), publicKey };
    return new Connect({ self, random: (length) => this.random.bytes(length), ...this.#options });
  }

  #boot(node: Node): void {
    this.#handle(node, { type: "carrier", open: true });
    const { life } = node;
    const tick = () => {
      if (!node.online || node.life !== life) return;
      this.#handle(node, { type: "tick" });
      this.schedule.after(250, tick);
    };
    this.schedule.after(this.random.between(0, 250), tick);
  }

  #handle(node: Node, input: ConnectInput): void {
    if (!node.online) return;
    for (const effect of node.machine.handle(input, this.schedule.now)) this.#perform(node, effect);
  }

  /** Later input of this page's life only. */
  #later(node: Node, low: number, high: number, input: ConnectInput): void {
    const { life } = node;
    this.schedule.after(this.random.between(low, high), () => {
      if (node.life === life) this.#handle(node, input);
    });
  }

  #perform(node: Node, effect: ConnectEffect): void {
    this.onEffect(node, effect);
    switch (effect.type) {
      case "send":
        return this.#send(node, effect.to, effect.body);
      case "sign": {
        const signature = this.signAs(node, effect.payload);
        return this.#later(node, 1, 4, { type: "signed", token: effect.token, signature });
      }
      case "verify": {
        const secret = this.#secrets.get(toHex(effect.publicKey));
        const ok = secret !== undefined && equalBytes(mac(secret, effect.payload), effect.signature);
        return this.#later(node, 1, 4, { type: "verified", token: effect.token, ok });
      }
      case "create":
        return this.#create(node, effect.session, effect.initiator);
      case "describe":
        return node.associations.get(effect.session)?.describe(effect.description);
      case "add-candidate":
        return node.associations.get(effect.session)?.addCandidate();
      case "send-hello":
        this.trace.push(`${node.name} hello`);
        return node.associations.get(effect.session)?.sendHello(this.carryHello(effect.body));
      case "close":
        this.trace.push(`${node.name} close (${effect.reason})`);
        node.associations.get(effect.session)?.close();
        node.associations.delete(effect.session);
        return;
      case "link-up":
        this.trace.push(`${node.name} LINK-UP ${this.nameOf(effect.peer)}`);
        if (node.linked.has(effect.peer)) throw new Error("a second link of one peer");
        node.linked.set(effect.peer, effect.session);
        return;
      case "link-down":
        this.trace.push(`${node.name} link-down ${this.nameOf(effect.peer)} (${effect.reason})`);
        if (node.linked.get(effect.peer) !== effect.session) throw new Error("a link down that was not up");
        node.linked.delete(effect.peer);
        return;
      case "attempt-failed":
        this.trace.push(`${node.name} attempt-failed ${this.nameOf(effect.peer)} (${effect.reason})`);
        return;
    }
  }

  #create(node: Node, session: string, initiator: boolean): void {
    this.trace.push(`${node.name} create`);
    if (node.associations.has(session)) throw new Error("created twice");
    const { life } = node;
    const report = (input: ConnectInput) => {
      if (node.life === life) this.#handle(node, input);
    };
    node.associations.set(session, this.associations.create(session, initiator, report));
  }

  #send(node: Node, to: NodeId, body: Uint8Array): void {
    this.trace.push(`${node.name} -> ${this.nameOf(to)} ${decodeConnectMessage(body)?.type}`);
    const letter = { from: node.id, to, body };
    this.letters.push(letter);
    for (const carried of this.carry(letter)) {
      if (this.random.next() >= this.loss) this.deliver(carried, this.random.between(...this.#delay));
    }
  }
}
