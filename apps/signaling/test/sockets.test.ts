import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { NodeClient } from "./node-client.ts";
import { start } from "./running-server.ts";

describe("nodes over real WebSockets", () => {
  test("prove themselves, learn of each other and pass signals", async () => {
    const server = await start({ ice: [{ urls: ["stun:192.0.2.1:3478"] }] });
    const alice = await NodeClient.connect(server);
    const welcome = await alice.prove();
    expect(welcome.ice).toEqual([{ urls: ["stun:192.0.2.1:3478"] }]);
    expect(Math.abs(welcome.time - Date.now())).toBeLessThan(5_000);
    const bob = await NodeClient.connect(server);
    expect((await bob.prove()).peers).toEqual([alice.id]);
    bob.signal(alice.id, "b2Y");
    expect(await alice.next("signal")).toEqual({ type: "signal", from: bob.id, body: "b2Y" });
    expect(server.counts()).toEqual({ nodes: 2, sockets: 2 });
  });

  test("are answered gone once the other has closed", async () => {
    const server = await start();
    const [alice, bob] = [await NodeClient.join(server), await NodeClient.join(server)];
    bob.socket.close();
    await expect.poll(() => server.counts().nodes).toBe(1);
    alice.signal(bob.id);
    expect(await alice.next("gone")).toEqual({ type: "gone", to: bob.id });
  });

  test("with another's key cannot take its id: a signature of the wrong key is refused", async () => {
    const server = await start();
    const alice = await NodeClient.join(server);
    const mallory = await NodeClient.connect(server);
    mallory.send({ type: "hello", v: 1, publicKey: alice.publicKey });
    await mallory.next("challenge");
    mallory.send({ type: "prove", signature: new Uint8Array(64).fill(3) });
    expect(await mallory.closed).toBe(4003);
    expect(server.counts().nodes).toBe(1);
  });

  test("that connect again replace their older socket, which is closed with 4001", async () => {
    const server = await start();
    const first = await NodeClient.join(server);
    const second = await NodeClient.join(server, {}, first);
    expect(second.id).toBe(first.id);
    expect(await first.closed).toBe(4001);
    expect(server.counts()).toEqual({ nodes: 1, sockets: 1 });
  });

  test("that do not prove themselves in time are closed", async () => {
    const server = await start({ limits: { helloTimeoutMs: 100 } });
    const client = await NodeClient.connect(server);
    expect(await client.closed).toBe(4002);
  });
});

describe("an abuser", () => {
  test("with a message over 32 KiB is cut", async () => {
    const server = await start();
    const client = await NodeClient.join(server);
    client.socket.send("x".repeat(32 * 1024 + 1));
    expect(await client.closed).toBe(1009);
  });

  test("with a message in more than 16 fragments is cut", async () => {
    const server = await start();
    const client = await NodeClient.join(server);
    for (let part = 0; part < 20; part++) client.socket.send("x", { fin: false });
    expect(await client.closed).toBe(1008);
  });

  test("with text that is not UTF-8 is cut", async () => {
    const server = await start();
    const client = await NodeClient.join(server);
    client.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect(await client.closed).toBe(1007);
  });

  test("with binary or unreadable messages is cut", async () => {
    const server = await start();
    for (const message of [Buffer.from("{}"), "{}"]) {
      const client = await NodeClient.join(server);
      client.socket.send(message);
      expect(await client.closed).toBe(4000);
    }
  });

  test("with too many messages is told, then cut", async () => {
    const server = await start({ limits: { burst: 20 } });
    const client = await NodeClient.join(server);
    for (let count = 0; count < 50; count++) client.send({ type: "peers" });
    expect(await client.closed).toBe(4029);
  });

  test("with too many sockets is refused the last", async () => {
    const server = await start({ limits: { socketsPerAddress: 3 } });
    await Promise.all([1, 2, 3].map(() => NodeClient.connect(server)));
    const fourth = await NodeClient.connect(server);
    expect(await fourth.closed).toBe(4008);
  });

  test("who sends its messages but never reads is cut once 256 KiB wait for it", async () => {
    const server = await start({ limits: { messagesPerSecond: 1e6, burst: 1e6, socketsPerAddress: 10 } });
    const [reader, sender] = [await NodeClient.join(server), await NodeClient.join(server)];
    reader.socket.pause();
    const body = "x".repeat(15_000);
    // The kernel holds some megabytes before anything waits in the server.
    for (let count = 0; count < 2_000 && server.counts().nodes === 2; count++) {
      sender.signal(reader.id, body);
      if (count % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await expect.poll(() => server.counts().nodes).toBe(1);
  });

  test("who does not answer a ping is cut", async () => {
    const server = await start({ pingSeconds: 1 });
    const client = await NodeClient.connect(server, { autoPong: false });
    expect(await client.closed).toBe(1006);
  });

  test("from another site's page is refused, as is one without an Origin", async () => {
    const server = await start();
    for (const origin of ["https://evil.example", "null", `http://127.0.0.1:${server.port + 1}`, "file://", ""]) {
      await expect(NodeClient.connect(server, { origin })).rejects.toThrow("status 403");
    }
  });

  test.each(["", "GET / HTTP/1.1\r\nHost: a\r\n"])("who sends headers slowly, such as %j, is cut", async (begin) => {
    const server = await start({ headersTimeoutMs: 500 });
    const stream = connect(server.port, "127.0.0.1");
    stream.on("error", () => {});
    stream.resume();
    stream.write(begin);
    await new Promise((resolve) => stream.once("close", resolve));
  });

  test("who asks to upgrade another address, or badly, is refused", async () => {
    const server = await start();
    const ask = (head: string) =>
      new Promise<string>((resolve) => {
        let answer = "";
        const stream = connect(server.port, "127.0.0.1", () => stream.write(head));
        stream.on("data", (data) => {
          answer += data;
        });
        stream.on("close", () => resolve(answer.split("\r\n", 1)[0] ?? ""));
      });
    const upgrade = `Host: 127.0.0.1:${server.port}\r\nOrigin: ${server.url}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
    expect(await ask(`GET /other HTTP/1.1\r\n${upgrade}\r\n`)).toBe("HTTP/1.1 404 Not Found");
    expect(await ask(`GET /ws HTTP/1.1\r\n${upgrade}\r\n`)).toBe("HTTP/1.1 400 Bad Request");
    expect((await NodeClient.join(server)).id).toBeDefined();
  });
});

describe("behind settings", () => {
  test("a listed origin may connect", async () => {
    const server = await start({ origins: ["https://starling.example"] });
    const client = await NodeClient.connect(server, { origin: "https://starling.example" });
    expect(await client.prove()).toBeDefined();
  });

  test("a trusted proxy's last address counts, and its host is the own one", async () => {
    const server = await start({ trustProxy: true, limits: { socketsPerAddress: 1 } });
    const from = (address: string) =>
      NodeClient.connect(server, {
        origin: "https://share.example",
        headers: { "X-Forwarded-For": `10.9.9.9, ${address}`, "X-Forwarded-Host": "share.example" },
      });
    const [first, other] = [await from("192.0.2.1"), await from("192.0.2.2")];
    expect(await (await from("192.0.2.1")).closed).toBe(4008);
    expect([await first.prove(), await other.prove()]).toHaveLength(2);
  });

  test("an untrusted proxy's headers count for nothing", async () => {
    const server = await start({ limits: { socketsPerAddress: 1 } });
    const from = (address: string) => NodeClient.connect(server, { headers: { "X-Forwarded-For": address } });
    await from("192.0.2.1");
    expect(await (await from("192.0.2.2")).closed).toBe(4008);
  });

  test("closing ends every socket with 1001 in about two seconds, also one that does not answer", async () => {
    const server = await start();
    const [good, deaf] = [await NodeClient.join(server), await NodeClient.join(server)];
    deaf.socket.pause();
    const begin = performance.now();
    await server.close();
    expect(performance.now() - begin).toBeLessThan(4_000);
    expect(await good.closed).toBe(1001);
    await expect(NodeClient.connect(server)).rejects.toThrow("ECONNREFUSED");
  });
});
