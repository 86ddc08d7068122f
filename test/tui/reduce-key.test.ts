import { describe, expect, test } from "vitest";
import type { KeyPress, KeyResult } from "../../src/tui/key.js";
import { type KeyContext, MAX_BEAM_SIZE, offerDevices, reduceKey } from "../../src/tui/reduce-key.js";
import type { ViewState } from "../../src/tui/view-state.js";
import { CONVERSATION, stateAfter } from "./conversation.js";

const CONTEXT: KeyContext = {
  pageLines: 10,
  hiddenLines: 50,
  languages: [
    { code: "en", name: "English" },
    { code: "de", name: "German" },
    { code: "el", name: "Greek" },
  ],
};
const START = stateAfter(...CONVERSATION);

/** Presses keys one after another; single characters are themselves, anything longer is a named key. */
function press(state: ViewState, ...keys: readonly string[]): KeyResult {
  let result: KeyResult = { state, effects: [] };
  for (const key of keys) {
    const one = (key.length === 1 ? { input: key } : { input: "", name: key }) as KeyPress;
    result = reduceKey(result.state, one, CONTEXT);
  }
  return result;
}

const commands = ({ effects }: KeyResult) =>
  effects.flatMap((effect) => (effect.type === "command" ? [effect.command] : []));

describe("keys that ask something of the session", () => {
  test.each([
    [["m"], { type: "mute", channel: "mic", on: true }],
    [["m", "m"], { type: "mute", channel: "mic", on: false }],
    [["tab", "m"], { type: "mute", channel: "loopback", on: true }],
    [["p"], { type: "pause", channel: "mic", on: true }],
    [["tab", "tab", "p"], { type: "pause", channel: "mic", on: true }],
    [["b"], { type: "beam-size", beamSize: 4 }],
    [["B"], { type: "beam-size", beamSize: 6 }],
    [["b", "b", "b", "b", "b", "b", "b"], { type: "beam-size", beamSize: 0 }],
    [new Array<string>(20).fill("B"), { type: "beam-size", beamSize: MAX_BEAM_SIZE }],
    [["t"], { type: "task", task: "translate" }],
    [["t", "t"], { type: "task", task: "transcribe" }],
    [["l", "down", "return"], { type: "language", language: "en" }],
    [["l", "g", "g", "return"], { type: "language", language: "el" }],
    [["l", "up", "return"], { type: "language", language: "el" }],
    [["l", "return"], { type: "language", language: undefined }],
    [["k"], { type: "mark" }],
  ])("%j: %j", (keys, command) => {
    expect(commands(press(START, ...keys))).toEqual([command]);
  });

  test("the threshold doubles in two steps and never reaches zero", () => {
    const [louder] = commands(press(START, "]", "]"));
    expect(louder).toMatchObject({ type: "threshold", threshold: expect.closeTo(0.1, 5) });
    const [quietest] = commands(press(START, ...new Array<string>(40).fill("[")));
    expect(quietest).toEqual({ type: "threshold", threshold: 0.001 });
  });

  test("a device is chosen from those there are", () => {
    expect(press(START, "d").effects).toEqual([{ type: "list-devices", channel: "mic" }]);
    const devices = [
      { id: "a", name: "Built-in" },
      { id: "b", name: "USB Microphone" },
    ];
    const offered = offerDevices(START, "mic", devices);
    expect(offered.panel).toMatchObject({ selected: 1 });
    expect(commands(press(offered, "up", "return"))).toEqual([
      { type: "device", channel: "mic", device: "a" },
    ]);
    expect(offerDevices(START, "mic", []).panel.type).toBe("none");
  });

  test("escape leaves a list as it was", () => {
    const { state, effects } = press(START, "l", "down", "escape");
    expect(effects).toEqual([]);
    expect(state.settings).toEqual(START.settings);
    expect(state.panel.type).toBe("none");
  });
});

describe("keys that do something beside", () => {
  test("c copies the last final text", () => {
    expect(press(START, "c").effects).toEqual([{ type: "copy", text: "مرحبا بالعالم" }]);
    expect(press(stateAfter(), "c").effects).toEqual([]);
  });

  test("s asks for a format", () => {
    expect(press(START, "s", "down", "return").effects).toEqual([{ type: "save", format: "txt" }]);
  });

  test.each([["q"], ["ctrl-c"]])("%s quits", (key) => {
    expect(press(START, key).effects).toEqual([{ type: "quit" }]);
  });

  test("any key closes the help", () => {
    expect(press(START, "?").state.panel.type).toBe("help");
    expect(press(START, "?", "b")).toMatchObject({ state: { panel: { type: "none" } }, effects: [] });
  });

  test.each([
    ["g", "showsSpectrogram"],
    ["i", "showsTimes"],
  ] as const)("%s switches %s on and off", (key, what) => {
    expect(press(START, key).state[what]).toBe(true);
    expect(press(START, key, key).state[what]).toBe(false);
  });
});

describe("scrolling", () => {
  test.each([
    [["up"], 1],
    [["up", "up", "down"], 1],
    [["pageUp"], 8],
    [["pageUp", "pageDown"], undefined],
    [["home"], 50],
    [["home", "up"], 50],
    [["home", "end"], undefined],
    [["home", "f"], undefined],
    [["down"], undefined],
  ])("%j: %s lines back", (keys, lines) => {
    expect(press(START, ...keys).state.scroll?.lines).toBe(lines);
  });
});
