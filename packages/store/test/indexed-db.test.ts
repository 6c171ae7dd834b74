import "fake-indexeddb/auto";
import { describePieceStore } from "./contract.ts";
import { indexedDbHarness } from "./harness.ts";

describePieceStore("store in fake-indexeddb", indexedDbHarness);
