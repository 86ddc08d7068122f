import { expect, test } from "vitest";
import type { LiveCommand } from "../../../src/live-events.js";
import { DEFAULT_DECODING_OPTIONS } from "../../../src/model/decoding-options.js";
import { LiveSettings } from "../../../src/pipeline/live/live-settings.js";

function settings(): LiveSettings {
  return new LiveSettings({ decoding: DEFAULT_DECODING_OPTIONS, threshold: 0.05 });
}

test("what an utterance has begun with does not change under it", () => {
  const live = settings();
  const begunWith = live.decoding;
  live.apply({ type: "beam-size", beamSize: 1 });
  live.apply({ type: "language", language: "de" });
  live.apply({ type: "task", task: "translate" });
  expect(begunWith).toEqual(DEFAULT_DECODING_OPTIONS);
  expect(live.decoding).toEqual({
    ...DEFAULT_DECODING_OPTIONS,
    beamSize: 1,
    language: "de",
    task: "translate",
  });
});

test("channels are muted and paused each by itself", () => {
  const live = settings();
  live.apply({ type: "mute", channel: "mic", on: true });
  live.apply({ type: "pause", channel: "loopback", on: true });
  expect([live.isMuted("mic"), live.isMuted("loopback")]).toEqual([true, false]);
  expect([live.isPaused("mic"), live.isPaused("loopback")]).toEqual([false, true]);
  live.apply({ type: "mute", channel: "mic", on: false });
  expect(live.isMuted("mic")).toBe(false);
});

test("who listens is told once the command holds", () => {
  const live = settings();
  const told: [LiveCommand, number][] = [];
  live.onCommand = (command) => told.push([command, live.threshold]);
  live.apply({ type: "threshold", threshold: 0.1 });
  live.apply({ type: "mark" });
  expect(told).toEqual([
    [{ type: "threshold", threshold: 0.1 }, 0.1],
    [{ type: "mark" }, 0.1],
  ]);
});
