import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { fromBase64Url, nodeIdOf, provePayload, toBase64Url } from "@starling/protocol";
import { BareSocket } from "./socket.ts";

/** A connection that the server knows, ready to relay. */
export interface Member {
  readonly socket: BareSocket;
  readonly id: string;
}

/** How one of the compared servers is spoken to. */
export interface Contender {
  readonly name: string;
  /** Opens a connection and introduces it until the server would relay to it. */
  readonly join: (port: number) => Promise<Member>;
  /** The text that has the server relay `body` to another member. */
  readonly relay: (from: Member, to: Member, body: string) => string;
}

const starling: Contender = {
  name: "starling",
  async join(port) {
    const socket = await BareSocket.open(port, "/ws");
    const { publicKey, privateKey } = ed25519();
    socket.send(JSON.stringify({ type: "hello", v: 1, publicKey: toBase64Url(publicKey) }));
    const { nonce } = JSON.parse(await socket.next()) as { nonce: string };
    const signature = sign(null, provePayload(fromBase64Url(nonce)), privateKey);
    socket.send(JSON.stringify({ type: "prove", signature: toBase64Url(new Uint8Array(signature)) }));
    await socket.next();
    return { socket, id: nodeIdOf(publicKey) };
  },
  relay: (_, to, body) => JSON.stringify({ type: "signal", to: to.id, body }),
};

/** PeerJS: https://github.com/peers/peerjs-server */
const peer: Contender = {
  name: "peer",
  async join(port) {
    const id = randomBytes(16).toString("hex");
    const socket = await BareSocket.open(port, `/peerjs?key=peerjs&id=${id}&token=${id.slice(0, 10)}`);
    await socket.next();
    return { socket, id };
  },
  relay: (_, to, body) => JSON.stringify({ type: "CANDIDATE", dst: to.id, payload: body }),
};

const INFO_HASH = "a".repeat(20);

/** The WebTorrent tracker; all members are of one swarm, and a member relays by answering an offer. */
const tracker: Contender = {
  name: "bittorrent-tracker",
  async join(port) {
    const socket = await BareSocket.open(port, "/announce");
    const id = randomBytes(10).toString("hex");
    const announce = { action: "announce", info_hash: INFO_HASH, peer_id: id, numwant: 0, offers: [], left: 1 };
    socket.send(JSON.stringify({ ...announce, event: "started", uploaded: 0, downloaded: 0 }));
    await socket.next();
    return { socket, id };
  },
  relay: (from, to, body) =>
    JSON.stringify({
      action: "announce",
      info_hash: INFO_HASH,
      peer_id: from.id,
      to_peer_id: to.id,
      offer_id: "0123456789",
      answer: { type: "answer", sdp: body },
    }),
};

export const CONTENDERS: readonly Contender[] = [starling, peer, tracker];

function ed25519(): { publicKey: Uint8Array; privateKey: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { publicKey: fromBase64Url(publicKey.export({ format: "jwk" }).x ?? ""), privateKey };
}
