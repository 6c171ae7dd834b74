/** What of the platform the client cannot do without. */
export interface Platform {
  readonly secure: boolean;
  readonly webCrypto: boolean;
  readonly indexedDb: boolean;
  readonly webRtc: boolean;
}

export function platformOf(scope: Window & typeof globalThis): Platform {
  return {
    secure: scope.isSecureContext,
    webCrypto: scope.crypto?.subtle !== undefined,
    indexedDb: scope.indexedDB !== undefined && scope.indexedDB !== null,
    webRtc: typeof scope.RTCPeerConnection === "function",
  };
}

/** Why Starling cannot start here and what to do, as a sentence; null when it can. */
export function missingRequirement(platform: Platform): string | null {
  if (!platform.secure || !platform.webCrypto) {
    return "This page was opened over an insecure connection, where browsers offer no encryption. Open it with https:// instead.";
  }
  if (!platform.webRtc) {
    return "This browser cannot connect to other browsers: WebRTC is missing or switched off. Use a current Firefox, Chrome, Edge or Safari, or switch WebRTC on.";
  }
  if (!platform.indexedDb) {
    return "This browser lets the page store nothing, so a transfer could not survive a reload. Leave private browsing, or allow site data for this page.";
  }
  return null;
}
