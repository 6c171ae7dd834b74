export * from "./memory.ts";
export * from "./send-queue.ts";
export * from "./signaling-client.ts";
export { type OpenSocket, openSocketEarly, type Socket, type SocketEvents } from "./signaling-socket.ts";
export * from "./transport.ts";
export * from "./webrtc.ts";
