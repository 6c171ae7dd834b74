/** What a socket reports; nothing after `closed`. */
export interface SocketEvents {
  open(): void;
  message(data: unknown): void;
  closed(code: number, reason: string): void;
}

export interface Socket {
  send(text: string): void;
  close(): void;
}

/** Opens a socket; reports come later, never from within the call. */
export type OpenSocket = (url: string, events: SocketEvents) => Socket;

/** The browser's WebSocket: the project's only client one. @throws SyntaxError on a bad address */
export const openWebSocket: OpenSocket = (url, events) => {
  const socket = new WebSocket(url);
  socket.onopen = () => events.open();
  socket.onmessage = ({ data }) => events.message(data);
  socket.onclose = ({ code, reason }) => events.closed(code, reason);
  return { send: (text) => socket.send(text), close: () => socket.close() };
};

/**
 * Opens a socket before anybody can speak on it: the page's scripts and its storage take longer than the way to the server.
 * What it reports meanwhile waits for whoever first asks for a socket to `url`; all others are new ones, and
 * that one too if the server closed this one meanwhile, as it does with those that do not speak within a few seconds.
 */
export function openSocketEarly(url: string, openSocket: OpenSocket = openWebSocket): OpenSocket {
  const waiting: ((events: SocketEvents) => void)[] = [];
  let taker: SocketEvents | null = null;
  const report = (tell: (events: SocketEvents) => void): void => {
    if (taker === null) waiting.push(tell);
    else tell(taker);
  };
  let early: Socket | null = openSocket(url, {
    open: () => report((events) => events.open()),
    message: (data) => report((events) => events.message(data)),
    closed: (code, reason) => {
      early = null;
      report((events) => events.closed(code, reason));
    },
  });
  return (address, events) => {
    const socket = early;
    if (socket === null || address !== url) return openSocket(address, events);
    early = null;
    queueMicrotask(() => {
      taker = events;
      for (const tell of waiting) tell(events);
    });
    return socket;
  };
}
