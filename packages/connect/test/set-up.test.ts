import { expect, test } from "vitest";
import { World } from "./world.ts";

test("a dials b: the association is made only after accept, and the link is up after both hellos", () => {
  const world = new World();
  world.want("a", "b");
  world.run(2_000);
  expect(world.trace).toMatchInlineSnapshot(`
    [
      "a -> b intent",
      "b -> a accept",
      "a create",
      "a -> b offer",
      "a -> b candidates",
      "a -> b candidates",
      "b create",
      "b -> a answer",
      "a -> b candidates",
      "b -> a candidates",
      "b -> a candidates",
      "b -> a candidates",
      "b hello",
      "a hello",
      "a LINK-UP b",
      "b LINK-UP a",
    ]
  `);
});
