import { it } from "vitest";
import { describePieceStore } from "./contract.ts";
import { memoryHarness } from "./harness.ts";
import { storeMatchesModel } from "./model.ts";

describePieceStore("store in memory", memoryHarness);

it("is the model store under random operations", () => storeMatchesModel(memoryHarness, 300), 60_000);
