import { ServerChild } from "./child.ts";
import { CONTENDERS } from "./contenders.ts";

const N = Number(process.argv[3]);
const c = CONTENDERS.find((x) => x.name === process.argv[2])!;
const s = await ServerChild.start(c.name);
const ms = [];
const join = async (n: number) => {
  for (let i = 0; i < n; i += 50) ms.push(...(await Promise.all(Array.from({ length: 50 }, () => c.join(s.port)))));
};
await join(1000);
const a = await s.usage();
await join(N);
await new Promise((r) => setTimeout(r, 1000));
const b = await s.usage();
await new Promise((r) => setTimeout(r, 3000));
const d = await s.usage();
console.log(
  c.name,
  ((b.heap - a.heap) / N / 1024).toFixed(2),
  ((b.rss - a.rss) / N / 1024).toFixed(2),
  ((d.rss - a.rss) / N / 1024).toFixed(2),
);
await s.stop();
process.exit(0);
