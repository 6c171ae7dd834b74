import { expect, it } from "vitest";
import { createMemoryTransport, MemoryNetwork } from "../src/index.ts";
import { transportContract } from "./contract.ts";
import { createPair, End, settle, wire } from "./pair.ts";

transportContract("memory", () => createMemoryTransport(new MemoryNetwork()));

it("the memory transport joins ends of two transports on one network", async () => {
  const network = new MemoryNetwork();
  const a = new End(createMemoryTransport(network), true);
  const b = new End(createMemoryTransport(network), false);
  wire(a, b);
  await Promise.all([a.opened(), b.opened()]);
});

it("the memory transport needs a candidate, as WebRTC does", async () => {
  const [a, b] = createPair(createMemoryTransport(new MemoryNetwork()));
  for (const end of [a, b]) end.association.addCandidate = () => {};
  await settle();
  expect([...a.log, ...b.log]).not.toContain("open");
});

it("the memory transport happens in the order of its schedule alone", async () => {
  const tasks: (() => void)[] = [];
  const [a, b] = createPair(createMemoryTransport(new MemoryNetwork((task) => void tasks.push(task))));
  await settle();
  expect([...a.log, ...b.log]).toEqual([]);
  for (let task = tasks.shift(); task; task = tasks.shift()) task();
  expect([a.count("open"), b.count("open")]).toEqual([1, 1]);
});
