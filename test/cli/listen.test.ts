/** `mubbles listen` on files as devices: what comes out, in both forms. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type ListenedEvent, listenJson, QUICK, textOf } from "./listening.js";
import {
  expectFailure,
  fixture,
  mubbles,
  ROOT,
  SAMPLE,
  temporaryFolder,
  wav,
  writeLongWav,
} from "./mubbles.js";
import { wordErrorRate } from "./words.js";

const TEXT = readFileSync(join(ROOT, "samples/austen.txt"), "utf8");
/** The first sentence of the sample. */
const SENTENCE = fixture("austen-0870.wav");
const WAV_HEADER_BYTES = 44;
const BYTES_PER_SECOND = 32_000;
const [SENTENCE_TEXT = "", ...REST_TEXT] = TEXT.split("\n");
/** The sample behind its first sentence: the echo gate would take the same sound on both channels for an echo. */
const rest = join(temporaryFolder(), "rest.wav");
beforeAll(async () => {
  await writeLongWav(rest, 1);
  writeFileSync(rest, wav(readFileSync(rest).subarray(WAV_HEADER_BYTES + 7.3 * BYTES_PER_SECOND)));
});

/** The sentence over what the loopback plays: 40 ms later, 9 dB down, and longer than the sentence. */
function writeLeakingMicrophone(path: string): void {
  const voice = readFileSync(SENTENCE).subarray(WAV_HEADER_BYTES);
  const played = readFileSync(rest).subarray(WAV_HEADER_BYTES);
  const lagBytes = 0.04 * BYTES_PER_SECOND;
  const mixed = Buffer.alloc(played.length);
  for (let at = 0; at < mixed.length; at += 2) {
    const spoken = at < voice.length ? voice.readInt16LE(at) : 0;
    const echo = at < lagBytes ? 0 : 0.35 * played.readInt16LE(at - lagBytes);
    mixed.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(spoken + echo))), at);
  }
  writeFileSync(path, wav(mixed));
}

describe("two files at once, as fast as text is made; the microphone hears the loudspeakers too", () => {
  let events: readonly ListenedEvent[];
  let exitCode: number | null;
  beforeAll(async () => {
    const mic = join(temporaryFolder(), "mic.wav");
    writeLeakingMicrophone(mic);
    const files = ["--mic", `file:${mic}`, "--loopback", `file:${rest}`, "--speed", "max"];
    ({ events, exitCode } = await listenJson([...files, "--levels"]));
  });
  const ofType = (type: string) => events.filter((event) => event.type === type);

  test("session first, end last, exit code 0", () => {
    expect(exitCode).toBe(0);
    expect(events[0]).toMatchObject({ type: "session", language: "en", beamSize: 1 });
    expect(events.at(-1)).toMatchObject({ type: "end", reason: "sources-ended", droppedSeconds: 0 });
    expect(events.filter(({ type }) => type === "session" || type === "end")).toHaveLength(2);
  });

  test("each channel's finals are what is said on it, and not what leaks into it", () => {
    expect(wordErrorRate(SENTENCE_TEXT, textOf(events, "final", "mic"))).toBeLessThan(0.15);
    expect(wordErrorRate(REST_TEXT.join(" "), textOf(events, "final", "loopback"))).toBeLessThan(0.15);
  });

  test("every utterance begins, ends and has one final, whose words lie in it and make its text", () => {
    const starts = ofType("speech").filter(({ state }) => state === "start");
    const ends = ofType("speech").filter(({ state }) => state === "end");
    const finals = ofType("final");
    expect(starts.map(({ utterance }) => utterance)).toEqual(starts.map((_, index) => index));
    for (const some of [ends, finals]) {
      const numbers = some.map(({ utterance }) => utterance).sort((a, b) => Number(a) - Number(b));
      expect(numbers).toEqual(starts.map(({ utterance }) => utterance));
    }
    for (const { text, words = [], start = 0, end = 0 } of finals) {
      expect(words.map(({ word }) => word).join("")).toBe(text);
      for (const word of words) {
        expect(word.start).toBeGreaterThanOrEqual(start - 0.01);
        expect(word.end).toBeLessThanOrEqual(end + 0.01);
      }
    }
  });

  test("levels of both channels, and speech is louder than silence", () => {
    for (const channel of ["mic", "loopback"]) {
      const peaks = ofType("level")
        .filter((event) => event.channel === channel)
        .map(({ peakDbfs }) => Number(peakDbfs));
      expect(peaks.length).toBeGreaterThan(10);
      expect(Math.max(...peaks)).toBeGreaterThan(-20);
    }
  });

  test("nothing is emitted before what went before it", () => {
    const moments = events.map(({ atSeconds }) => atSeconds);
    expect(moments).toEqual([...moments].sort((a, b) => a - b));
  });
});

test("--plain: finals as lines with time and channel; so is what goes to no terminal", async () => {
  const args = ["listen", "--mic", `file:${SENTENCE}`, "--speed", "max", ...QUICK];
  const [plain, piped] = [await mubbles([...args, "--plain"]), await mubbles(args)];
  expect(plain).toMatchObject({ exitCode: 0, stderr: "" });
  const lines = plain.stdout.trimEnd().split("\n");
  for (const line of lines) expect(line).toMatch(/^\d+:\d\d mic: \S.*$/);
  const said = lines.map((line) => line.replace(/^\S+ mic: /, "")).join(" ");
  expect(wordErrorRate(SENTENCE_TEXT, said)).toBeLessThan(0.15);
  expect(piped).toEqual(plain);
});

test("raw samples on standard input", async () => {
  const pcm = readFileSync(SENTENCE).subarray(WAV_HEADER_BYTES);
  const args = ["--loopback", "-", "--raw", "s16le:16000:1", "--speed", "max"];
  const { events, exitCode } = await listenJson(args, { stdin: pcm });
  expect(exitCode).toBe(0);
  expect(wordErrorRate(SENTENCE_TEXT, textOf(events, "final", "loopback"))).toBeLessThan(0.15);
});

describe("nothing to listen to", () => {
  test.each([
    ["a file that is not there", "none.wav", "INPUT_NOT_FOUND"],
    ["a file that is no media", join(ROOT, "package.json"), "INPUT_UNRECOGNISED"],
  ] as const)("%s: standard error, exit code and an error event", async (_, path, code) => {
    const result = await listenJson(["--mic", `file:${path}`]);
    expectFailure(result, code, path);
    expect(result.events).toEqual([expect.objectContaining({ type: "error", code })]);
  });

  test("a model that is not there", async () => {
    const result = await listenJson(["--mic", `file:${SAMPLE}`, "--model", "none"]);
    expectFailure(result, "MODEL_NOT_FOUND");
    expect(result.events).toEqual([expect.objectContaining({ type: "error", code: "MODEL_NOT_FOUND" })]);
  });
});
