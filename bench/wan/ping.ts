// One end of a ping over UDP, for emulated hosts. `echo ADDRESS` answers there; `to ADDRESS` sends a datagram every
// 100 ms and tells its parent each round trip in ms. Ends with its parent.
import { createSocket } from "node:dgram";

const PORT = 7;
const EVERY_MS = 100;

const [mode, address] = process.argv.slice(2);
const socket = createSocket("udp4");
process.on("disconnect", () => process.exit());

if (mode === "echo") {
  socket.on("message", (message, { address: from, port }) => socket.send(message, port, from));
  socket.bind(PORT, address, () => process.send?.("ready"));
} else {
  socket.on("message", (message) => process.send?.(performance.now() - message.readDoubleBE(0)));
  setInterval(() => {
    const message = Buffer.alloc(8);
    message.writeDoubleBE(performance.now(), 0);
    socket.send(message, PORT, address);
  }, EVERY_MS);
}
