/** What a user meets before any audio is touched: help, versions and refused options. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../src/cli/main.js";
import { createProgram } from "../../src/cli/program.js";
import type { ErrorCode } from "../../src/errors.js";
import { expectFailure, mubbles, ROOT, SAMPLE } from "./mubbles.js";

describe("help", () => {
  test.each([
    [["--help"]],
    [["help"]],
    [["file", "--help"]],
    [["listen", "--help"]],
    [["models", "--help"]],
    [["help", "file"]],
  ])("%s goes to standard output with examples", async (args) => {
    const { exitCode, stdout, stderr } = await mubbles(args);
    expect(stdout).toContain("Examples:\n  mubbles ");
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
  });

  test("of `file` names every option of this version", async () => {
    const { stdout } = await mubbles(["file", "--help"]);
    const long = new Set(stdout.match(/--[a-z][a-z-]+/g));
    for (const option of OPTIONS) expect(long).toContain(option);
  });

  test("--version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect((await mubbles(["--version"])).stdout).toBe(`${version}\n`);
  });
});

describe("where the system cannot load onnxruntime", () => {
  const elsewhere = "--import=data:text/javascript,Object.defineProperty(process,'arch',{value:'pdp11'})";
  const env = { NODE_OPTIONS: elsewhere };

  test.each([
    [["file", SAMPLE]],
    [["file", "--threads", "1", SAMPLE]],
    [["listen", "--mic", `file:${SAMPLE}`, "--speed", "max", "--no-save"]],
  ])("%j says what to do", async (args) => {
    const result = await mubbles(args, { env });
    expectFailure(result, "RUNTIME_UNAVAILABLE");
    expect(result.stderr).toContain("onnxruntime_binding.node");
    expect(result.stderr).not.toContain("INTERNAL");
  });

  test.each([[["--version"]], [["--help"]], [["models", "list"]]])("%j does without", async (args) => {
    expect(await mubbles(args, { env })).toMatchObject({ exitCode: 0, stderr: "" });
  });
});

const OPTIONS = [
  ..."--model --compute --language --task --output-format --output-dir --strategy".split(" "),
  ..."--beam-size --best-of --patience --length-penalty --temperature --temperature-increment-on-fallback".split(
    " ",
  ),
  ..."--compression-ratio-threshold --logprob-threshold --no-speech-threshold --suppress-tokens".split(" "),
  ..."--initial-prompt --word-timestamps --condition-on-previous-text --carry-initial-prompt --prefix".split(
    " ",
  ),
  ..."--clip-timestamps --hallucination-silence-threshold --align-model".split(" "),
  ..."--highlight-words --max-line-width --max-line-count --max-words-per-line".split(" "),
  ..."--channels --speakers --raw --vad-threshold --min-speech-ms --min-silence-ms --speech-pad-ms --no-vad".split(
    " ",
  ),
  ..."--threads --device --show-noise --quiet --verbose --no-progress".split(" "),
];

describe("refused before anything is opened", () => {
  type Case = [args: string, code: ErrorCode, says: string];
  const wordsOf = (args: string) => args.split(" ").filter((arg) => arg !== "");
  const byProgram: Case[] = [
    ["", "USAGE", "a command is missing"],
    ["fil", "USAGE", "unknown command 'fil'"],
    ["models", "USAGE", "a command is missing"],
    ["file none.wav --language klingon", "USAGE", 'got "klingon"'],
    [
      "listen --mic file:none.wav --device cuda",
      "ACCELERATOR_UNAVAILABLE",
      "is missing; it takes an NVIDIA driver",
    ],
  ];

  test.each(byProgram)("mubbles %s: %s, by the real program", async (args, code, says) => {
    const result = await mubbles(wordsOf(args));
    expectFailure(result, code);
    expect(result.stderr).toContain(says);
    expect(result.stdout).toBe("");
  });

  // The input does not exist: who gets past the options would say INPUT_NOT_FOUND.
  const cases: Case[] = [
    ["file", "USAGE", "missing required argument 'media'"],
    ["file none.wav --beam", "USAGE", "unknown option '--beam'"],
    ["file none.wav --language", "USAGE", "argument missing"],
    ["file none.wav --language klingon", "USAGE", 'got "klingon"'],
    ["file none.wav --task summarise", "USAGE", 'expected transcribe or translate, got "summarise"'],
    ["file none.wav -f srt,doc", "USAGE", 'got "srt,doc"'],
    ["file none.wav --compute int2", "USAGE", 'expected int8 or int4 or fp16 or fp32, got "int2"'],
    ["file none.wav --strategy exact", "USAGE", 'expected fast or reference, got "exact"'],
    ["file none.wav --max-line-width 0", "USAGE", 'expected a whole number from 1 to 1000, got "0"'],
    ["file none.wav --prefix Well", "USAGE", "it needs --strategy reference"],
    ["file none.wav --clip-timestamps 1,2", "USAGE", "it needs --strategy reference"],
    ["file none.wav --carry-initial-prompt", "USAGE", "it needs --strategy reference"],
    ["file none.wav --condition-on-previous-text true", "USAGE", "it needs --strategy reference"],
    ["file none.wav --strategy reference --condition-on-previous-text maybe", "USAGE", "true or false"],
    ["file none.wav --strategy reference --clip-timestamps 2,1", "USAGE", "that never fall"],
    ["file none.wav --strategy reference --clip-timestamps 1,x", "USAGE", 'got "1,x"'],
    ["file none.wav --strategy reference --hallucination-silence-threshold 1", "USAGE", "--word-timestamps"],
    ["file none.wav --channels left", "USAGE", 'got "left"'],
    ["file none.wav --device dml", "ACCELERATOR_UNAVAILABLE", "has it on Windows only"],
    ["file none.wav --device abacus", "USAGE", 'got "abacus"'],
    ["file none.wav --beam-size 2.5", "USAGE", 'a whole number from 0 to 64, got "2.5"'],
    ["file none.wav --beam-size -1", "USAGE", 'got "-1"'],
    ["file none.wav --best-of 0", "USAGE", 'from 1 to 64, got "0"'],
    ["file none.wav --patience 0.01", "USAGE", "beam size × patience"],
    ["file none.wav --length-penalty 2", "USAGE", 'from 0 to 1, or none, got "2"'],
    ["file none.wav --temperature 1e9", "USAGE", 'from 0 to 1, got "1e9"'],
    ["file none.wav --temperature-increment-on-fallback 0.001", "USAGE", "0.05 to 1"],
    ["file none.wav --logprob-threshold 1", "USAGE", "from -100 to 0, or none"],
    ["file none.wav --no-speech-threshold 0x1", "USAGE", 'got "0x1"'],
    ["file none.wav --suppress-tokens 1,two", "USAGE", 'got "1,two"'],
    ["file none.wav --vad-threshold 1", "USAGE", "from 0.01 to 0.99"],
    ["file none.wav --min-speech-ms -5", "USAGE", "from 0 to 60000"],
    ["file none.wav --raw s16le", "USAGE", "--raw"],
    ["file none.wav --threads 0", "USAGE", "from 1 to 1024"],
    ["file none.wav --quiet --verbose", "USAGE", "contradicts --verbose"],
    ["file - -", "USAGE", "standard input can be read only once"],
    ["file a/talk.mp3 b/talk.mp3 -o none", "USAGE", "would overwrite the output of a/talk.mp3"],
    ["listen none.wav", "USAGE", "too many arguments"],
    ["listen --mic file:", "USAGE", "expected a device, file:PATH or -"],
    ["listen --mic file:none.wav --loopback --speed max", "USAGE", "every device must be file:PATH or -"],
    ["listen --keep-loaded --unload-after 5", "USAGE", "--unload-after"],
    ["models convert none --compute int2", "USAGE", 'got "int2"'],
  ];

  // Not by programs of their own: to start forty would take 15 s.
  test.each(cases)("mubbles %s: %s", async (args, code, says) => {
    const program = await createProgram(() => {});
    const run = program.parseAsync(wordsOf(args), { from: "user" });
    const error = failureOf(await run.catch((thrown: unknown) => thrown));
    expect(error.code).toBe(code);
    expect(error.message).toContain(says);
  });
});

test("only the command that is asked for is read, and all where none is", async () => {
  const namesFor = async (word?: string) =>
    (await createProgram(() => {}, word)).commands.map((command) => command.name());
  expect(await namesFor("listen")).toEqual(["listen"]);
  const all = await namesFor();
  expect(all).toEqual(expect.arrayContaining(["file", "listen", "models", "doctor", "completion"]));
  for (const word of ["--help", "help", "lisen", "completion", "toString"])
    expect(await namesFor(word)).toEqual(all);
});
