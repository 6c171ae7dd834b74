import { afterEach, beforeEach, describe } from "vitest";
import type { PieceStore } from "../src/index.ts";
import { describePieces } from "./contract-pieces.ts";
import { describeShares } from "./contract-shares.ts";
import { describeTabs } from "./contract-tabs.ts";
import type { StoreHarness } from "./harness.ts";

/** The harness and the store of the test that runs. */
export interface StoreUnderTest {
  harness: StoreHarness;
  store: PieceStore;
}

/** What every PieceStore must do. */
export function describePieceStore(name: string, createHarness: () => StoreHarness): void {
  describe(name, () => {
    const at = {} as StoreUnderTest;

    beforeEach(async () => {
      at.harness = createHarness();
      at.store = await at.harness.open();
    });
    afterEach(() => at.harness.dispose());

    describePieces(at);
    describeShares(at);
    describeTabs(at);
  });
}
