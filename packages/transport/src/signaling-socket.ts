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
