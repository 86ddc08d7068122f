import { describe, expect, test } from "vitest";
import { checkEndpoint, isLocalEndpoint } from "../../src/summary/endpoint.js";
import { thrownCode } from "../model/thrown-code.js";

describe("isLocalEndpoint", () => {
  test.each([
    "http://127.0.0.1:11434/v1",
    "http://localhost/v1",
    "http://[::1]:8080/v1",
    "http://127.9.9.9/",
  ])("%s stays here", (endpoint) => expect(isLocalEndpoint(endpoint)).toBe(true));
  test.each([
    "https://api.openai.com/v1",
    "http://192.168.1.2:11434/v1",
    "http://localhost.example.org/v1",
    "http://127.0.0.1.example.org/v1",
    "http://0.0.0.0:11434/v1",
  ])("%s may not", (endpoint) => expect(isLocalEndpoint(endpoint)).toBe(false));
});

test.each(["", "llama", "ftp://127.0.0.1/v1", "http://me:secret@127.0.0.1/v1"])(
  '"%s" is no endpoint',
  async (endpoint) => {
    expect(await thrownCode(async () => checkEndpoint(endpoint))).toBe("USAGE");
  },
);
