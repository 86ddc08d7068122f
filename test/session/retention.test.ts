import { expect, test } from "vitest";
import { expiredSessions } from "../../src/session/retention.js";

const DAY = 86_400;
const NOW_MS = 1e12;
const SESSIONS = [40, 20, 10, 1].map((days) => ({
  name: `${days} days`,
  folder: "",
  bytes: 100,
  changedMs: NOW_MS - days * DAY * 1000,
}));

test("a session that is being written stays, however large", () => {
  const now = { name: "now", folder: "", bytes: 1000, changedMs: NOW_MS - 300 };
  const expired = expiredSessions([...SESSIONS, now], { keepSeconds: 0, maxBytes: 0 }, NOW_MS);
  expect(expired.map(({ name }) => name)).toEqual(SESSIONS.map(({ name }) => name));
});

test.each([
  [30 * DAY, undefined, ["40 days"]],
  [undefined, 200, ["40 days", "20 days"]],
  [undefined, 250, ["40 days", "20 days"]],
  [15 * DAY, 150, ["40 days", "20 days", "10 days"]],
  [100 * DAY, 1000, []],
  [undefined, 0, ["40 days", "20 days", "10 days", "1 days"]],
] as const)(
  "kept for %s s and at most %s bytes: %s go, the oldest first",
  (keepSeconds, maxBytes, expected) => {
    const expired = expiredSessions([...SESSIONS].reverse(), { keepSeconds, maxBytes }, NOW_MS);
    expect(expired.map(({ name }) => name)).toEqual(expected);
  },
);
