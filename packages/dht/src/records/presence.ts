import type { OverlayKey, ProviderRecord, TopicRecord } from "@starling/protocol";
import { type Client, signPresence } from "./client.ts";
import { CLOCK_DRIFT } from "./limits.ts";
import { nextIssued, type OwnRecords } from "./own-records.ts";
import type { Written } from "./writing.ts";

type PresenceRecord = ProviderRecord | TopicRecord;

/** Announces, or takes back, that this node provides a share or subscribes to a topic. The wish is kept whatever comes. */
export function announce(
  client: Client,
  own: OwnRecords,
  presence: { readonly type: PresenceRecord["type"]; readonly key: OverlayKey; readonly removed: boolean },
  done: (record: PresenceRecord, written: Written) => void,
): void {
  const name = `${presence.type} ${presence.key}`;
  client.exclusively(presence.key, (release) => {
    const end = (record: PresenceRecord, written: Written): void => {
      own.keep(name, record, written.enough);
      done(record, written);
      release();
    };
    const storeAt = (issued: number, mayRetry: boolean): void => {
      signPresence(client, { ...presence, publicKey: client.ctx.host.publicKey, issued }, (record) => {
        client.store(record, (written) => {
          const newer = written.refusals.get("stale") ?? null;
          const latest = client.ctx.clock.wall(client.ctx.now) + CLOCK_DRIFT;
          // The clock went back since this node's last visit: what it said then stands until it is outdone.
          if (mayRetry && newer !== null && newer < latest) storeAt(newer + 1, false);
          else end(record, written);
        });
      });
    };
    storeAt(nextIssued(client, own.get(name)), true);
  });
}
