import { describe, expect, test } from "vitest";
import { AddressCounts, addressGroup } from "../src/hub/addresses.ts";

describe("an address stands for one host", () => {
  test.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:db8::9", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["", ""],
  ])("%s counts as %s", (address, group) => expect(addressGroup(address)).toBe(group));
});

test("places are given back, and nothing is kept of an address without sockets", () => {
  const counts = new AddressCounts();
  expect([counts.admit("a", 2), counts.admit("a", 2), counts.admit("a", 2)]).toEqual([true, true, false]);
  counts.release("a");
  expect(counts.admit("a", 2)).toBe(true);
  counts.release("a");
  counts.release("a");
  expect(counts.size).toBe(0);
});
