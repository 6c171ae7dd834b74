import { pino } from "pino";
import { ListenError } from "./listen.ts";
import { startServer } from "./server.ts";
import { readSettings, SettingsError } from "./settings.ts";

/** The executable: settings from the environment, until SIGINT or SIGTERM. A parent process is told `{ready: url}`. */
async function main(): Promise<void> {
  const { logLevel, socketsPerAddress, ...settings } = readSettings(process.env);
  const log = pino({ level: logLevel, base: null });
  const limits = socketsPerAddress === null ? {} : { socketsPerAddress };
  const server = await startServer({ ...settings, limits, log });
  process.send?.({ ready: server.url });

  let isStopping = false;
  const stop = (signal: string): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, "stopping");
    server.close().then(() => process.exit(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

main().catch((error: unknown) => {
  const isExpected = error instanceof SettingsError || error instanceof ListenError;
  console.error(isExpected ? error.message : error);
  process.exit(1);
});
