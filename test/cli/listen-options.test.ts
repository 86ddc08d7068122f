/** From the words of a command line to what listening takes. */
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { declareListenOptions } from "../../src/cli/listen-flags.js";
import { readListenOptions } from "../../src/cli/listen-options.js";
import { DEFAULT_LISTEN_OPTIONS } from "../../src/pipeline/live/listen-options.js";

function read(args: string, stdinIsTerminal = false) {
  const command = declareListenOptions(new Command("listen"));
  command.parse(args.split(" ").filter(Boolean), { from: "user" });
  return readListenOptions(command.opts() as Parameters<typeof readListenOptions>[0], {
    stdinIsTerminal,
    hasScreen: false,
  });
}

test("nothing given: the defaults, both channels", () => {
  const { listen, ...rest } = read("");
  expect(listen).toEqual({ ...DEFAULT_LISTEN_OPTIONS, mic: "default", loopback: "default" });
  expect(rest).toEqual({
    format: "plain",
    levels: false,
    quiet: false,
    verbose: false,
    save: undefined,
    yes: false,
    offline: false,
  });
});

describe("devices", () => {
  test.each([
    ["--mic", "default", undefined],
    ["--loopback", undefined, "default"],
    ["--mic --json", "default", undefined],
    ["--mic USB --loopback", "USB", "default"],
    ["--mic - --loopback file:talk.wav", "-", "file:talk.wav"],
  ])("%s", (args, mic, loopback) => {
    const { listen } = read(args);
    expect([listen.mic, listen.loopback]).toEqual([mic, loopback]);
  });
});

describe("refused", () => {
  test.each([
    ["--mic - --loopback -", "-", "standard input can be read only once"],
    ["--mic file:a.wav --speed 0", "--speed", 'a number from 0.1 to 100, or max, got "0"'],
    ["--mic file:a.wav --loopback --speed 2", "--speed", "every device must be file:PATH or -"],
    ["--raw s16le:16000:1", "--raw", "it needs a device file:PATH or -"],
    ["--json --plain", "--json", "contradicts --plain"],
    ["--levels", "--levels", "it needs --json"],
    ["--quiet --verbose", "--quiet", "contradicts --verbose"],
    ["--policy always", "--policy", 'local-agreement or alignatt or off, got "always"'],
    ["--echo-gate maybe", "--echo-gate", 'got "maybe"'],
    ["--threshold 2", "--threshold", 'a number from 0 to 1, got "2"'],
    ["--silence-ms 10", "--silence-ms", "from 100 to 10000"],
    ["--unload-after soon", "--unload-after", 'or none, got "soon"'],
    ["--beam-size 65", "--beam-size", "from 0 to 64"],
  ])("%s", (args, where, detail) => {
    const thrown = expect.objectContaining({ code: "USAGE", where, detail: expect.stringContaining(detail) });
    expect(() => read(args)).toThrow(thrown);
  });

  test("a terminal as a source of samples", () => {
    expect(() => read("--mic -", true)).toThrow("standard input is a terminal");
  });
});

test("options of the text arrive", () => {
  const { listen } = read(
    "--beam-size 1 -l German --task translate --model small --preview-model tiny --policy alignatt --threads 3",
  );
  expect(listen).toMatchObject({
    decoding: { beamSize: 1, language: "de", task: "translate" },
    engine: { model: "small", threads: 3 },
    previewModel: "tiny",
    policy: "alignatt",
  });
  expect(read("-l auto").listen.decoding.language).toBeUndefined();
});

test("options of the sound arrive", () => {
  const { listen } = read(
    "--mic file:a.raw --raw s16le:8000:2 --speed max --threshold 0 --silence-ms 900 --echo-gate off",
  );
  expect(listen).toMatchObject({
    raw: { sampleFormat: "s16le", sampleRateHz: 8000, channels: 2 },
    speed: "max",
    threshold: 0,
    silenceMs: 900,
    echoGate: "off",
  });
});

test.each([
  ["--unload-after 5", 5],
  ["--unload-after 0", 0],
  ["--unload-after none", Number.POSITIVE_INFINITY],
])("%s", (args, seconds) => expect(read(args).listen.unloadAfterSeconds).toBe(seconds));

test("options of the output arrive", () => {
  expect(read("--json --levels --verbose")).toMatchObject({ format: "json", levels: true, verbose: true });
});
