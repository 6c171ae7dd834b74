import { describe, expect, test } from "vitest";
import { readSettings, SettingsError } from "../src/settings.ts";

test("without variables the server is private to this machine, at 8080, without ICE servers", () => {
  expect(readSettings({})).toEqual({
    port: 8080,
    host: "localhost",
    origins: [],
    ice: [],
    trustProxy: false,
    metrics: false,
    socketsPerAddress: null,
    logLevel: "info",
  });
});

test("every variable is read", () => {
  const settings = readSettings({
    PORT: "9000",
    HOST: "0.0.0.0",
    STARLING_ORIGINS: "https://a.example, http://b.example:81/",
    STARLING_ICE_SERVERS: "stun:s.example:3478, turn:t.example",
    STARLING_TRUST_PROXY: "1",
    STARLING_METRICS: "true",
    STARLING_SOCKETS_PER_ADDRESS: "50",
    STARLING_LOG_LEVEL: "debug",
  });
  expect(settings).toEqual({
    port: 9000,
    host: "0.0.0.0",
    origins: ["https://a.example", "http://b.example:81"],
    ice: [{ urls: ["stun:s.example:3478"] }, { urls: ["turn:t.example"] }],
    trustProxy: true,
    metrics: true,
    socketsPerAddress: 50,
    logLevel: "debug",
  });
});

test("ICE servers with credentials are read from JSON, other fields left out", () => {
  const json = '["stun:a", {"urls": "turn:b", "username": "u", "credential": "c", "__proto__": {"x": 1}}]';
  const { ice } = readSettings({ STARLING_ICE_SERVERS: json });
  expect(ice).toEqual([{ urls: ["stun:a"] }, { urls: ["turn:b"], username: "u", credential: "c" }]);
});

describe("what cannot be used is refused with the variable's name", () => {
  test.each([
    ["PORT", "http"],
    ["PORT", "-1"],
    ["PORT", "65536"],
    ["STARLING_ORIGINS", "example.org"],
    ["STARLING_ORIGINS", "ftp://example.org"],
    ["STARLING_ICE_SERVERS", "http://example.org"],
    ["STARLING_ICE_SERVERS", "["],
    ["STARLING_ICE_SERVERS", '[{"urls": []}]'],
    ["STARLING_ICE_SERVERS", '[{"urls": ["stun:a"], "username": 1}]'],
    ["STARLING_SOCKETS_PER_ADDRESS", "0"],
    ["STARLING_LOG_LEVEL", "loud"],
  ])("%s=%s", (name, value) => {
    expect(() => readSettings({ [name]: value })).toThrow(SettingsError);
    expect(() => readSettings({ [name]: value })).toThrow(name);
  });
});
