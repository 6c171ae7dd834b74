import type { NodeId } from "@starling/protocol";
import type { PieceStore, WriteBehind } from "@starling/store";
import type { Network } from "./network.ts";
import type { OverlayHost } from "./overlay-host.ts";
import type { Providers } from "./providers.ts";
import type { SwarmHost } from "./swarm-host.ts";
import type { Tabs } from "./tabs.ts";

/** What every share of a client works with. */
export interface Core {
  readonly nodeId: NodeId;
  /** Links start with it. */
  readonly origin: string;
  readonly store: PieceStore;
  readonly writeBehind: WriteBehind;
  readonly swarm: SwarmHost;
  readonly network: Network;
  readonly overlay: OverlayHost;
  readonly providers: Providers;
  readonly tabs: Tabs;
  /** Something that a page shows changed. */
  changed(): void;
}
