import { expect, test } from "vitest";
import { pullText } from "../../../src/cli/models/pull-progress.js";

test("a download says how much, how fast and how long still", () => {
  const event = { type: "download", doneBytes: 100e6, totalBytes: 1.1e9 } as const;
  expect(pullText("small", event, { bytes: 50e6, seconds: 5 })).toBe(
    "small · downloading 100.0 MB of 1.10 GB · 10.0 MB/s · 1:40 left",
  );
  expect(pullText("small", event)).toBe("small · downloading 100.0 MB of 1.10 GB");
  expect(pullText("x", { ...event, totalBytes: undefined }, { bytes: 1e6, seconds: 1 })).toBe(
    "x · downloading 100.0 MB · 1.0 MB/s",
  );
});
