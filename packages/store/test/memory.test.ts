import { describePieceStore } from "./contract.ts";
import { memoryHarness } from "./harness.ts";

describePieceStore("store in memory", memoryHarness);
