/** Ms. The limits' buckets hold a quarter of a second, so a late beat loses nothing. */
const BEAT_MS = 50;

setInterval(() => globalThis.postMessage(null), BEAT_MS);

// Makes this file a module, as the worker is started.
export {};
