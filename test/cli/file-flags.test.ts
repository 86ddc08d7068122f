/** From the words of a command line to the options of the parts: what commander itself makes of them is easy to get wrong. */
import { Command } from "commander";
import { expect, test } from "vitest";
import { declareFileOptions } from "../../src/cli/file-flags.js";
import { readFileOptions } from "../../src/cli/file-options.js";
import { DEFAULT_DECODING_OPTIONS } from "../../src/model/decoding-options.js";

function decodingOf(args: string) {
  const command = declareFileOptions(new Command("file"));
  command.parse(args.split(" ").filter(Boolean), { from: "user" });
  return readFileOptions(command.opts() as Parameters<typeof readFileOptions>[0]).transcribe.decoding;
}

test("nothing given: the defaults", () => {
  expect(decodingOf("")).toEqual(DEFAULT_DECODING_OPTIONS);
});

// Commander takes --no-speech-threshold for the opposite of --speech-threshold unless told otherwise.
test("every threshold arrives", () => {
  const given = "--no-speech-threshold 0.3 --logprob-threshold -2 --compression-ratio-threshold 3";
  expect(decodingOf(given)).toMatchObject({
    noSpeechThreshold: 0.3,
    logprobThreshold: -2,
    compressionRatioThreshold: 3,
  });
});

test("none switches each rule off", () => {
  const given = [
    "--no-speech-threshold none --logprob-threshold none --compression-ratio-threshold None",
    "--length-penalty none --temperature-increment-on-fallback none",
  ].join(" ");
  expect(decodingOf(given)).toMatchObject({
    noSpeechThreshold: undefined,
    logprobThreshold: undefined,
    compressionRatioThreshold: undefined,
    lengthPenalty: undefined,
    temperatures: [0],
  });
});

test.each([
  ["auto", undefined],
  ["AUTO", undefined],
  ["de", "de"],
  ["German", "de"],
])("-l %s", (given, language) => {
  expect(decodingOf(`-l ${given}`).language).toBe(language);
});
