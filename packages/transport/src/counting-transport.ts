import type { Association, AssociationEvents, AssociationOptions, Transport } from "./transport.ts";

/** A transport whose associations are made so. */
export function countingTransport(
  make: (options: AssociationOptions, events: AssociationEvents) => Association,
): Transport {
  let created = 0;
  return {
    get created() {
      return created;
    },
    create(options, events) {
      created += 1;
      return make(options, events);
    },
  };
}
