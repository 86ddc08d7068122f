import { describe, expect, test } from "vitest";
import type { LiveEvent } from "../../src/live-events.js";
import { reduceEvent } from "../../src/tui/reduce-event.js";
import { CONVERSATION, final, said, speech, stateAfter } from "./conversation.js";

const last = (...events: readonly LiveEvent[]) => stateAfter(...events).utterances.at(-1)!;

describe("text of an utterance", () => {
  test("is partial, then confirmed with the rest partial, then final", () => {
    const heard = [speech(0, "mic", 1), said("partial", 0, "mic", " good mourning")];
    expect(last(...heard)).toMatchObject({ confirmed: "", partial: " good mourning", final: undefined });
    const confirmed = [...heard, said("confirmed", 0, "mic", " good"), said("partial", 0, "mic", " morning")];
    expect(last(...confirmed)).toMatchObject({ confirmed: " good", partial: " morning" });
    const more = [...confirmed, said("confirmed", 0, "mic", " morning"), said("partial", 0, "mic", "")];
    expect(last(...more)).toMatchObject({ confirmed: " good morning", partial: "" });
    const done = last(...more, final(0, "mic", " Good morning."));
    expect(done).toMatchObject({ confirmed: "", partial: "" });
    expect(done.final?.text).toBe(" Good morning.");
  });

  test("of two utterances at once stays apart", () => {
    const state = stateAfter(
      speech(0, "mic", 1),
      speech(1, "loopback", 1.5),
      said("partial", 0, "mic", " me"),
      said("partial", 1, "loopback", " them"),
    );
    expect(state.utterances.map(({ channel, partial }) => [channel, partial])).toEqual([
      ["mic", " me"],
      ["loopback", " them"],
    ]);
  });

  test("that turns out to be nothing leaves no trace", () => {
    expect(stateAfter(speech(0, "mic", 1), final(0, "mic", " ")).utterances).toEqual([]);
  });

  test("has the words of what is confirmed and of what may follow", () => {
    const view = last(
      speech(0, "mic", 0),
      said("confirmed", 0, "mic", " one two"),
      said("partial", 0, "mic", " three"),
      said("partial", 0, "mic", " four five"),
    );
    expect(view.words.map(({ word }) => word)).toEqual([" one", " two", " four", " five"]);
  });
});

describe("a channel", () => {
  const level = (atSeconds: number, peakDbfs: number) =>
    ({ type: "level", channel: "mic", atSeconds, rmsDbfs: peakDbfs - 6, peakDbfs }) as const;

  test("holds its peak for a while, and lets it go", () => {
    const held = (...levels: readonly ReturnType<typeof level>[]) =>
      stateAfter(...levels).channels.mic!.heldPeakDbfs;
    expect(held(level(1, -10), level(2, -30))).toBe(-10);
    expect(held(level(1, -10), level(2, -5))).toBe(-5);
    expect(held(level(1, -10), level(2, -30), level(3, -40))).toBe(-40);
  });

  test("speaks from the start of speech to its end, and says when its device is lost", () => {
    expect(stateAfter(speech(0, "mic", 1)).channels.mic!.isSpeaking).toBe(true);
    const ended = { ...speech(0, "mic", 1), state: "end", endSeconds: 2 } as const;
    expect(stateAfter(speech(0, "mic", 1), ended as never).channels.mic!.isSpeaking).toBe(false);
    const lost = { type: "status", atSeconds: 1, channel: "mic", capture: "lost", device: "USB" } as const;
    expect(stateAfter(lost).channels.mic).toMatchObject({ capture: "lost", info: { device: "USB" } });
    expect(stateAfter(level(0, -5), lost, level(1, -10)).channels.mic!.peakDbfs).toBe(-120);
  });
});

test("events leave the state before as it was", () => {
  const before = stateAfter(...CONVERSATION);
  const copy = structuredClone(before);
  reduceEvent(before, said("partial", 4, "loopback", " something else"));
  expect(before).toEqual(copy);
});
