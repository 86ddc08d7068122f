/** Where a sound server is looked for. */
import { expect, test } from "vitest";
import { serverCookie, serverSocket } from "../../../src/audio/capture/pulse/server-address.js";
import { scratchFolder } from "../decode.js";

const scratch = scratchFolder();

test.each([
  ["a path", "/tmp/native"],
  ["a socket", "unix:/tmp/native"],
  ["one of several, each for a machine", "{abc}tcp:host:4713 {def}unix:/tmp/native"],
])("PULSE_SERVER as %s", (_, named) => {
  expect(serverSocket({ PULSE_SERVER: named })).toBe("/tmp/native");
});

test("a server in the network only is none for us", () => {
  expect(() => serverSocket({ PULSE_SERVER: "tcp:host" })).toThrow(
    expect.objectContaining({ code: "DEVICE_BACKEND_UNAVAILABLE" }),
  );
});

test("without PULSE_SERVER the first folder that has a socket", () => {
  const socket = scratch("native", "");
  expect(serverSocket({ PULSE_RUNTIME_PATH: socket.replace(/native$/, "") })).toBe(socket);
});

test("a cookie is 256 bytes, or none", async () => {
  const cookie = Buffer.alloc(256, 7);
  expect(await serverCookie({ PULSE_COOKIE: scratch("cookie", cookie) })).toEqual(cookie);
  expect(await serverCookie({ PULSE_COOKIE: scratch("short", "x") })).toBeUndefined();
  expect(await serverCookie({ PULSE_COOKIE: "/nowhere" })).toBeUndefined();
  expect(await serverCookie({})).toBeUndefined();
});
