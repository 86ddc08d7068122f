import { expect, test } from "vitest";
import { liveJsonLine } from "../../src/output/live-json.js";
import { parseLiveEvent } from "../../src/session/parse-event.js";
import { LIVE_EVENTS } from "../output/live-events.js";

const KEPT = LIVE_EVENTS.filter(({ type }) => type !== "spectrum");

test.each(KEPT.map((event) => [event.type, event] as const))(
  "%s: what a line tells is all there",
  (_, event) => {
    const line = liveJsonLine(event);
    const parsed = parseLiveEvent(line);
    expect(parsed).toMatchObject({ type: event.type });
    expect(liveJsonLine(parsed!)).toBe(line);
    // Names are those of the event, not of the line.
    for (const [name, value] of Object.entries(event)) {
      if (value !== undefined) expect(parsed).toHaveProperty(name);
    }
  },
);

test("a type that a later version may write is left out", () => {
  expect(parseLiveEvent('{"type":"mood","atSeconds":1}')).toBeUndefined();
});
