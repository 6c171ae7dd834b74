import "fake-indexeddb/auto";
import { it } from "vitest";
import { describePieceStore } from "./contract.ts";
import { indexedDbHarness } from "./harness.ts";
import { storeMatchesModel } from "./model.ts";

describePieceStore("store in fake-indexeddb", indexedDbHarness);

it("is the model store under random operations", () => storeMatchesModel(indexedDbHarness, 40), 60_000);
