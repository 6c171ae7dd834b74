/**
 * Puts Node's Buffers into shared memory, which V8 does not count. It begins a full collection each time 64 MB of other
 * bytes are held outside of its heap, and with the requests that wait for answers among 100,000 nodes they were, every
 * minute: two fifths of the time, and a heap in so many parts that it ran out of room.
 */
export function useUncountedBuffers(): void {
  Buffer.allocUnsafe = (size) => Buffer.from(new SharedArrayBuffer(size)) as Buffer as Buffer<ArrayBuffer>;
}
