/** The rules of openai/whisper transcribe.py:229-236, 277-284 and 499-505. */
import { expect, test } from "vitest";
import { PromptHistory } from "../../../src/pipeline/reference/prompt-history.js";

const PLAIN = { conditionOnPreviousText: true, initial: [], carryInitial: false };

test("what was said is the prompt, all of it", () => {
  const history = new PromptHistory(PLAIN);
  expect(history.prompt).toEqual([]);
  history.add([1, 2], 0);
  history.add([3], 0.4);
  expect(history.prompt).toEqual([1, 2, 3]);
});

test("an initial text comes first, and goes when it is far back", () => {
  const history = new PromptHistory({ ...PLAIN, initial: [9, 8] });
  expect(history.prompt).toEqual([9, 8]);
  history.add([1], 0);
  expect(history.prompt).toEqual([9, 8, 1]);
});

test("a hot text is no prompt, nor what went before it", () => {
  const history = new PromptHistory({ ...PLAIN, initial: [9] });
  history.add([1], 0.6);
  expect(history.prompt).toEqual([]);
  history.add([2], 0.5);
  expect(history.prompt).toEqual([2]);
});

test("without conditioning only the initial text is a prompt, of the first window", () => {
  const history = new PromptHistory({ ...PLAIN, conditionOnPreviousText: false, initial: [9] });
  expect(history.prompt).toEqual([9]);
  history.add([1], 0);
  expect(history.prompt).toEqual([]);
});

test("a carried text stays in front, and takes room from what was said", () => {
  const history = new PromptHistory({ ...PLAIN, initial: [9, 8], carryInitial: true });
  const said = Array.from({ length: 300 }, (_, i) => 100 + i);
  history.add(said, 0);
  expect(history.prompt).toEqual([9, 8, ...said.slice(-221)]);
  history.add([1], 1);
  expect(history.prompt).toEqual([9, 8]);
});
