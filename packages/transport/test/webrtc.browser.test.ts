import { createWebRtcTransport } from "../src/index.ts";
import { transportContract } from "./contract.ts";

transportContract("WebRTC", createWebRtcTransport);
