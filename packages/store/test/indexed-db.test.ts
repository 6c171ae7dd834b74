import "fake-indexeddb/auto";
import { it } from "vitest";
import { describePieceStore } from "./contract.ts";
import { blobRefusingHarness, indexedDbHarness } from "./harness.ts";
import { storeMatchesModel } from "./model.ts";

describePieceStore("store in fake-indexeddb", indexedDbHarness);
describePieceStore("store in a browser that stores no Blobs", blobRefusingHarness);

it("is the model store under random operations", () => storeMatchesModel(indexedDbHarness, 40), 60_000);
