import { Carrying } from "./carrying.ts";
import type { Context } from "./context.ts";
import { Dialling } from "./dialling.ts";
import type { DhtEffect } from "./effects.ts";
import { Exploring } from "./exploring.ts";
import { FastPath } from "./fast-path.ts";
import { Linking } from "./linking.ts";
import { Liveness } from "./liveness.ts";
import { Lookups } from "./lookups.ts";
import { Messages } from "./messages.ts";
import { Mode } from "./mode.ts";
import { Neighbourhood } from "./neighbourhood.ts";
import { Neighbours } from "./neighbours.ts";
import { Receiving } from "./receiving.ts";
import { RecordRoutes } from "./record-routes.ts";
import type { RecordsPolicy } from "./records/policy.ts";
import { Records } from "./records/records.ts";
import { ServerUse } from "./server-use.ts";
import { Serving } from "./serving.ts";
import { SourceRoutes } from "./source-routes.ts";
import { Upkeep } from "./upkeep.ts";

/** What a node is made of. Each part has its own concern; they meet in the {@link Context} and where one is given another. */
export interface Parts {
  readonly linking: Linking;
  readonly dialling: Dialling;
  readonly neighbours: Neighbours;
  readonly neighbourhood: Neighbourhood;
  readonly liveness: Liveness;
  readonly mode: Mode;
  readonly exploring: Exploring;
  readonly server: ServerUse;
  readonly fast: FastPath;
  readonly routes: SourceRoutes;
  readonly lookups: Lookups;
  readonly carrying: Carrying;
  readonly messages: Messages;
  readonly records: Records;
  readonly receiving: Receiving;
  readonly upkeep: Upkeep;
}

export interface PartsOptions {
  /** False for a page that cannot serve others: it stays a leaf. */
  readonly capable: boolean;
  readonly policy: RecordsPolicy | undefined;
}

export function makeParts(ctx: Context, { capable, policy }: PartsOptions): Parts {
  const messages: Messages = new Messages(ctx, () => ({ fast, lookups, routes }));
  const serving = new Serving(ctx, messages, () => records);
  const fast = new FastPath(ctx, (served) => serving.serve(served));
  const routes = new SourceRoutes(ctx, (served) => serving.serve(served));
  const lookups = new Lookups(ctx, routes);
  const carrying = new Carrying(ctx, fast, lookups, routes);
  const recordRoutes = new RecordRoutes(ctx, fast, lookups, routes, () => records);
  const records: Records = new Records(recordsHost(ctx, recordRoutes), policy);
  const dialling = new Dialling(ctx);
  const neighbours = new Neighbours(ctx, dialling);
  const neighbourhood = new Neighbourhood(
    ctx,
    () => records.siblingsChanged(),
    () => dialling.budget.settled,
  );
  const liveness = new Liveness(ctx);
  const mode = new Mode(ctx, capable);
  const exploring = new Exploring(ctx, lookups, () => mode.passed());
  const server = new ServerUse(ctx, dialling);
  const links = { liveness, neighbours, neighbourhood, server, exploring };
  const receiving = new Receiving(ctx, { ...links, fast, routes, records, left: (link) => linking.left(link) });
  const upkeep = new Upkeep(ctx, { mode, neighbours, neighbourhood, dialling, exploring, server, records });
  const linking = new Linking(ctx, { ...links, mode, dialling, fast, routes, records, upkeep });
  return { ...links, linking, dialling, mode, fast, routes, lookups, carrying, messages, records, receiving, upkeep };
}

function recordsHost(ctx: Context, routes: RecordRoutes): ConstructorParameters<typeof Records>[0] {
  return {
    self: ctx.self.id,
    publicKey: ctx.self.publicKey,
    random: ctx.random,
    routes,
    now: () => ctx.now,
    emit: (effect) => emitOfRecords(ctx, effect),
    sign: (payload, done) => ctx.sign(payload, done),
    verify: (publicKey, payload, signature, done) => ctx.verify(publicKey, payload, signature, done),
    linked: (node) => ctx.table.get(node) !== undefined,
  };
}

/** Links end by the context, so that the table hears of it. */
function emitOfRecords(ctx: Context, effect: DhtEffect): void {
  if (effect.type !== "drop") return ctx.emit(effect);
  const link = ctx.table.get(effect.peer);
  if (link !== undefined) ctx.drop(link, effect.reason, effect.ban);
}
