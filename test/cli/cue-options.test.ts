/** Which words and which cues the options ask for. */
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { declareFileOptions } from "../../src/cli/file-flags.js";
import { readFileOptions } from "../../src/cli/file-options.js";

function optionsOf(args: string) {
  const command = declareFileOptions(new Command().argument("[media...]"));
  command.parse(
    args.split(" ").filter((part) => part !== ""),
    { from: "user" },
  );
  return readFileOptions(command.opts());
}

describe.each([
  ["", true, false],
  ["-f vtt,json", true, false],
  ["-f json", false, false],
  ["-f json --word-timestamps", true, true],
  ["-f txt --max-words-per-line 3", true, true],
  // Words would change what the reference decodes.
  ["--strategy reference", false, false],
  ["--strategy reference --word-timestamps", true, true],
])("%s", (args, words, showWords) => {
  test(`${words ? "finds words" : "needs no words"}, ${showWords ? "and shows them" : "shows none"} in json`, () => {
    expect(optionsOf(args).transcribe.words).toBe(words);
    expect(optionsOf(args).showWords).toBe(showWords);
  });
});

test("openai/whisper's options replace the cues, --word-timestamps does not", () => {
  expect(optionsOf("--word-timestamps").wordCues).toBeUndefined();
  expect(optionsOf("--highlight-words --max-line-width 30").wordCues).toEqual({
    highlightWords: true,
    maxLineWidth: 30,
    maxLineCount: undefined,
    maxWordsPerLine: undefined,
  });
});

test("options that have no effect beside others are told", () => {
  expect(optionsOf("--max-line-count 2").notes).toEqual([
    "--max-line-count has no effect without --max-line-width",
  ]);
  expect(optionsOf("--max-line-width 40 --max-words-per-line 3").notes).toEqual([
    "--max-words-per-line has no effect with --max-line-width",
  ]);
  expect(optionsOf("--max-line-width 40 --max-line-count 2").notes).toEqual([]);
});
