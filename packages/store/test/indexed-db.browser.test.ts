import { it } from "vitest";
import { describePieceStore } from "./contract.ts";
import { indexedDbHarness } from "./harness.ts";
import { storeMatchesModel } from "./model.ts";

describePieceStore("store in the browser's IndexedDB", indexedDbHarness);

it("is the model store under random operations", () => storeMatchesModel(indexedDbHarness, 15), 60_000);
