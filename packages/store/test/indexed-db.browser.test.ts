import { describePieceStore } from "./contract.ts";
import { indexedDbHarness } from "./harness.ts";

describePieceStore("store in the browser's IndexedDB", indexedDbHarness);
