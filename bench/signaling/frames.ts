/** A masked text frame of a client (RFC 6455, section 5.2) of 126 to 65,535 bytes; its mask is zero, so it is the text itself. */
export function clientFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const isShort = payload.length < 126;
  const header = Buffer.alloc((isShort ? 2 : 4) + 4);
  header[0] = 0x81;
  header[1] = 0x80 | (isShort ? payload.length : 126);
  if (!isShort) header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}

/** Cuts a stream of unmasked server frames into texts. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  push(data: Buffer): string[] {
    this.#rest = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    const texts: string[] = [];
    for (;;) {
      const frame = firstFrame(this.#rest);
      if (frame === null) return texts;
      if (frame.opcode === 1) texts.push(frame.payload.toString());
      this.#rest = this.#rest.subarray(frame.length);
    }
  }
}

function firstFrame(data: Buffer): { opcode: number; payload: Buffer; length: number } | null {
  if (data.length < 4) return null;
  const short = data[1]! & 0x7f;
  const header = short === 126 ? 4 : 2;
  const size = short === 126 ? data.readUInt16BE(2) : short;
  if (data.length < header + size) return null;
  return { opcode: data[0]! & 0x0f, payload: data.subarray(header, header + size), length: header + size };
}
