/** The browser bundle of simple-peer 9, which needs no polyfills: as much of it as webrtc.ts uses. */
declare module "simple-peer/simplepeer.min.js" {
  /** What travels between the two sides. Other kinds exist for media and are never caused by a data channel. */
  type Signal =
    | { readonly type: "offer" | "answer"; readonly sdp: string }
    | {
        readonly type: "candidate";
        readonly candidate: {
          readonly candidate: string;
          readonly sdpMid: string | null;
          readonly sdpMLineIndex: number | null;
        };
      }
    | { readonly type: "renegotiate" | "transceiverRequest" };

  export interface BundledPeer {
    /** Made by the constructor, as the channel is negotiated; null if that failed (`error` follows) and once destroyed. */
    readonly _channel: RTCDataChannel | null;
    readonly _pc: RTCPeerConnection | null;
    on(event: "signal", listener: (signal: Signal) => void): this;
    on(event: "iceStateChange", listener: (state: RTCIceConnectionState) => void): this;
    /** `close` always follows. */
    on(event: "error", listener: (error: Error & { readonly code?: string }) => void): this;
    on(event: "close", listener: () => void): this;
    /** May throw on a malformed candidate. */
    signal(signal: Signal): void;
    destroy(): void;
  }

  const SimplePeer: new (options: {
    readonly initiator: boolean;
    readonly trickle: boolean;
    readonly config: RTCConfiguration;
    readonly channelConfig: RTCDataChannelInit;
  }) => BundledPeer;
  export default SimplePeer;
}
