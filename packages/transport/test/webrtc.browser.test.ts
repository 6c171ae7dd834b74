import SimplePeer from "simple-peer/simplepeer.min.js";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createWebRtcTransport } from "../src/index.ts";
import { transportContract } from "./contract.ts";
import { createPair, End, eventually, numbered, openPair, settle } from "./pair.ts";

transportContract("WebRTC", createWebRtcTransport);

/** A peer of someone else's making: answers as the standard says, then does what it likes. */
async function openForeign(
  end: End,
  makeConnection = () => new RTCPeerConnection(),
  rewrite = (sdp: string) => sdp,
): Promise<{ connection: RTCPeerConnection; channel: RTCDataChannel }> {
  const connection = makeConnection();
  const channel = connection.createDataChannel("", { negotiated: true, id: 0 });
  connection.onicecandidate = ({ candidate }) => {
    if (candidate) end.association.addCandidate(candidate);
  };
  await eventually(() => end.descriptions.length > 0);
  await connection.setRemoteDescription(end.descriptions[0]!);
  const answer = await connection.createAnswer();
  const sdp = rewrite(answer.sdp ?? "");
  // What it tells us may differ from what it does itself.
  await connection.setLocalDescription(answer);
  end.association.describe({ type: "answer", sdp });
  return { connection, channel };
}

describe("WebRTC transport towards a hostile peer", () => {
  const connections: RTCPeerConnection[] = [];
  const ends: End[] = [];

  async function open(rewrite?: (sdp: string) => string) {
    const end = new End(createWebRtcTransport(), true);
    ends.push(end);
    const foreign = await openForeign(end, undefined, rewrite);
    connections.push(foreign.connection);
    return { end, ...foreign };
  }

  afterEach(() => {
    for (const connection of connections.splice(0)) connection.close();
    for (const end of ends.splice(0)) end.association.close("test over");
  });

  it("refuses text", async () => {
    const { end, channel } = await open();
    await end.opened();
    await eventually(() => channel.readyState === "open");
    channel.send("text");
    expect(await end.ended()).toEqual({ reason: "channel-error", detail: "a message was not binary" });
    expect(end.frames).toEqual([]);
  });

  it("sends nothing larger than the other side announced", async () => {
    const { end } = await open((sdp) => sdp.replace(/a=max-message-size:\d+/, "a=max-message-size:70000"));
    await end.opened();
    expect(end.association.maxFrameBytes).toBe(70_000);
    end.association.send(numbered(1, 70_001), "block");
    expect((await end.ended()).reason).toBe("frame-too-large");
  });

  it("ends the set-up when the certificate is not the one described", async () => {
    const { end } = await open((sdp) =>
      sdp.replace(/(a=fingerprint:sha-256 )(..)/, (_all, line, byte) => `${line}${byte === "00" ? "01" : "00"}`),
    );
    expect((await end.ended()).reason).toBe("setup-failed");
    expect(end.log).not.toContain("open");
  });

  it("survives candidates that are none", async () => {
    const { end } = await open();
    end.association.addCandidate({ candidate: "candidate:nonsense", sdpMid: null, sdpMLineIndex: null });
    expect((await end.ended()).reason).toBe("setup-failed");
  });

  it("notices a channel that the other side closed, and a connection that it closed", async () => {
    const first = await open();
    await first.end.opened();
    first.channel.close();
    expect((await first.end.ended()).reason).toBe("remote");
    const second = await open();
    await second.end.opened();
    second.connection.close();
    expect((await second.end.ended()).reason).toBe("remote");
  });
});

describe("WebRTC transport", () => {
  it("gives simple-peer no message and no open channel, so that its stream holds nothing", async () => {
    const handlers = (["_onChannelMessage", "_onChannelOpen", "_onChannelBufferedAmountLow"] as const).map((name) =>
      vi.spyOn((SimplePeer as unknown as { prototype: Record<typeof name, () => void> }).prototype, name),
    );
    const [a, b] = await openPair(createWebRtcTransport());
    for (let i = 0; i < 16; i++) a.association.send(numbered(i, 64 * 1024), "block");
    await b.received(16);
    for (const handler of handlers) expect(handler).not.toHaveBeenCalled();
    vi.restoreAllMocks();
    a.association.close("done");
    await b.ended();
  });

  it("knows the round trip, and that no relay is in between", async () => {
    const [a, b] = await openPair(createWebRtcTransport());
    const stats = await a.association.stats();
    expect(stats.relayed).toBe(false);
    expect(stats.roundTripMs).toBeGreaterThanOrEqual(0);
    expect(stats.roundTripMs).toBeLessThan(1000);
    expect(stats.checks).toBeGreaterThan(0);
    a.association.close("done");
    await b.ended();
  });

  it("reports servers that make no sense as a failed set-up", async () => {
    const closed = await new Promise((resolve) => {
      const ignore = () => {};
      const events = { description: ignore, candidate: ignore, open: ignore, frame: ignore, flushed: ignore };
      createWebRtcTransport().create(
        { initiator: true, iceServers: [{ urls: ["nonsense"] }] },
        { ...events, closed: resolve },
      );
    });
    expect(closed).toMatchObject({ reason: "setup-failed" });
  });

  it("notices a page that is gone", async () => {
    const frame = document.createElement("iframe");
    document.body.append(frame);
    const inside = frame.contentWindow as unknown as { RTCPeerConnection: typeof RTCPeerConnection };
    const end = new End(createWebRtcTransport(), true);
    await openForeign(end, () => new inside.RTCPeerConnection());
    await end.opened();
    frame.remove();
    await eventually(() => end.closed !== null, 14_000);
    expect(end.log.at(-1)).toBe("closed");
  }, 15_000);

  it("opens while both sides are flooded with the other's candidates twice", async () => {
    const [a, b] = createPair(createWebRtcTransport());
    const twice = (end: End) => {
      const { addCandidate } = end.association;
      end.association.addCandidate = (candidate) => {
        addCandidate.call(end.association, candidate);
        addCandidate.call(end.association, candidate);
      };
    };
    twice(a);
    twice(b);
    await Promise.all([a.opened(), b.opened()]);
    await settle();
    expect([a.closed, b.closed]).toEqual([null, null]);
    a.association.close("done");
  });
});
