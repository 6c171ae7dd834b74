/** What happens to the hub. A socket is named by a number that is never used again. */
export type HubInput =
  /** A WebSocket opened. `address` counts towards its limit; it is kept nowhere else. */
  | { readonly type: "open"; readonly socket: number; readonly address: string }
  /** A text message, as received. */
  | { readonly type: "message"; readonly socket: number; readonly text: string }
  /** A binary message: there are none in this protocol. */
  | { readonly type: "binary"; readonly socket: number }
  /** Result of a `verify` effect. `time`: the wall clock, ms since 1970, told in `welcome`. */
  | { readonly type: "verified"; readonly socket: number; readonly ok: boolean; readonly time: number }
  /** The WebSocket is gone, whoever closed it. */
  | { readonly type: "closed"; readonly socket: number }
  /** About once a second. */
  | { readonly type: "tick" };
