export * from "./memory.ts";
export * from "./send-queue.ts";
export * from "./signaling-client.ts";
export type { OpenSocket, Socket, SocketEvents } from "./signaling-socket.ts";
export * from "./transport.ts";
export * from "./webrtc.ts";
