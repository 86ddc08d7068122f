import { expect, test } from "vitest";
import { reduceKey } from "../../src/tui/reduce-key.js";
import type { ViewState } from "../../src/tui/view-state.js";
import { CONVERSATION, stateAfter } from "./conversation.js";

const CONTEXT = { pageLines: 10, hiddenLines: 50, languages: [] };
const START: ViewState = { ...stateAfter(...CONVERSATION), replay: { isPaused: false, speed: 1 } };

function press(keys: string): { state: ViewState; commands: unknown[] } {
  let state = START;
  const commands: unknown[] = [];
  for (const input of keys) {
    const result = reduceKey(state, { input }, CONTEXT);
    state = result.state;
    commands.push(...result.effects.map((effect) => ("command" in effect ? effect.command : effect.type)));
  }
  return { state, commands };
}

test("space stops and goes on, . steps, + and - change the speed within bounds", () => {
  expect(press("  ").commands).toEqual([
    { type: "pause", on: true },
    { type: "pause", on: false },
  ]);
  expect(press(".").state.replay?.isPaused).toBe(true);
  expect(press("..").commands.filter((command) => JSON.stringify(command).includes("step"))).toHaveLength(2);
  expect(press("++-").state.replay?.speed).toBe(2);
  expect(press("++++++++++").state.replay?.speed).toBe(64);
  expect(press("------").state.replay?.speed).toBe(0.125);
});

test("a recording is asked for nothing that only a session can do", () => {
  const { state, commands } = press("pmdbBt[]lk");
  expect(commands).toEqual([]);
  expect(state).toEqual(START);
});

test("other keys do what they always do", () => {
  expect(press("g").state.showsSpectrogram).toBe(true);
  expect(press("q").commands).toEqual(["quit"]);
});
