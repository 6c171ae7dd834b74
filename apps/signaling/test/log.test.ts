import { pino } from "pino";
import { expect, test } from "vitest";
import { NodeClient } from "./node-client.ts";
import { start } from "./running-server.ts";

test("the log of a busy run, at its most talkative, names no node, key, body or address", async () => {
  const lines: string[] = [];
  const log = pino({ level: "trace", base: null }, { write: (line: string) => void lines.push(line) });
  const server = await start({ log, trustProxy: true, limits: { burst: 20, socketsPerAddress: 4 } });
  const headers = { "X-Forwarded-For": "203.0.113.77" };
  const [alice, bob] = [await NodeClient.join(server, { headers }), await NodeClient.join(server, { headers })];
  alice.signal(bob.id, "c2VjcmV0LWJvZHk");
  await bob.next("signal");
  const again = await NodeClient.join(server, { headers }, alice);
  again.socket.send("not json, with a link https://starling.example/#/s/abc.def");
  await again.closed;
  for (let count = 0; count < 50; count++) bob.send({ type: "peers" });
  await bob.closed;
  await fetch(`${server.url}/s/abc.def?secret=1`).catch(() => {});
  await server.close();

  const text = lines.join("");
  for (const reason of ["Starling is at", "replaced", "malformed", "flood"]) expect(text).toContain(reason);
  const keys = [alice, bob].flatMap(({ id, publicKey }) => [id, Buffer.from(publicKey).toString("base64url")]);
  for (const secret of [...keys, "203.0.113.77", "c2VjcmV0LWJvZHk", "abc.def", "secret"])
    expect(text).not.toContain(secret);
});
