import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LogMel } from "../../src/dsp/mel.js";
import { DEFAULT_SPEECH_DETECTOR_OPTIONS } from "../../src/dsp/speech-detector.js";
import { SileroVad } from "../../src/model/silero.js";
import { type PlannedWindow, planWindows } from "../../src/pipeline/plan-windows.js";
import { HOP_SAMPLES, SAMPLE_RATE_HZ, WINDOW_SAMPLES } from "../../src/units.js";
import { decode, fixture } from "../audio/decode.js";

const N_MELS = 80;
/** A sentence of 7 s that fills its recording. */
const SPEECH_SECONDS = 7;

let model: SileroVad;
let speech: Float32Array;
beforeAll(async () => {
  model = await SileroVad.load();
  speech = (await decode(fixture("austen-0870.wav"))).samples;
});
afterAll(() => model.free());

describe("with VAD", () => {
  test("the whole sentence is one window, with the mel columns of just its samples", async () => {
    const { windows, clock } = await plan(speech);
    expect(windows).toHaveLength(1);
    const [{ startSample, endSample, speech: spans }] = windows as [PlannedWindow];
    expect(startSample).toBeLessThan(0.3 * SAMPLE_RATE_HZ);
    expect(endSample).toBeGreaterThan(speech.length - 0.5 * SAMPLE_RATE_HZ);
    expect(spans.length).toBeGreaterThan(0);
    expectColumns(windows, speech);
    expect(clock.audioSamples).toBe(speech.length);
    expect(Math.min(clock.melSeconds, clock.vadSeconds)).toBeGreaterThan(0);
  });

  test("the chunks that audio comes in make no difference", async () => {
    const audio = withSilences(2, 6);
    // How much is known of what comes later does depend on them.
    const windowsOf = async (chunkSamples: number) =>
      (await plan(audio, { chunkSamples })).windows.map(({ settledSample: _, ...window }) => window);
    const whole = await windowsOf(audio.length);
    for (const chunkSamples of [8000, 777]) expect(await windowsOf(chunkSamples)).toEqual(whole);
  });

  test("long silence is in no window, and every sentence is", async () => {
    const silenceSeconds = 8;
    const audio = withSilences(3, silenceSeconds);
    const { windows } = await plan(audio);
    expect(windows).toHaveLength(3);
    for (const [i, { startSample, endSample }] of windows.entries()) {
      const begins = i * (SPEECH_SECONDS + silenceSeconds) + silenceSeconds;
      expect(Math.abs(startSample / SAMPLE_RATE_HZ - begins)).toBeLessThan(1);
      expect(Math.abs(endSample / SAMPLE_RATE_HZ - begins - speech.length / SAMPLE_RATE_HZ)).toBeLessThan(1);
    }
    expectColumns(windows, audio);
  });

  test("more speech than 30 s: windows one after another, and the columns are still there", async () => {
    const audio = withSilences(12, 0);
    const { windows } = await plan(audio);
    expect(windows.length).toBeGreaterThan(2);
    for (const [i, { startSample, endSample }] of windows.entries()) {
      expect(endSample - startSample).toBeLessThanOrEqual(WINDOW_SAMPLES);
      if (i > 0) expect(startSample).toBeGreaterThanOrEqual(windows[i - 1]!.endSample);
    }
    const planned = windows.reduce((sum, { startSample, endSample }) => sum + endSample - startSample, 0);
    expect(planned / audio.length).toBeGreaterThan(0.9);
    expectColumns(windows, audio);
  });

  test("the first window alone can be shorter, and nothing is lost by it", async () => {
    const audio = withSilences(12, 0);
    const { windows } = await plan(audio, { maxFirstWindowSeconds: 12 });
    const seconds = windows.map(({ startSample, endSample }) => (endSample - startSample) / SAMPLE_RATE_HZ);
    expect(seconds[0]).toBeLessThanOrEqual(12);
    expect(seconds[1]).toBeGreaterThan(12);
    expect(seconds.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(
      0.9 * (audio.length / SAMPLE_RATE_HZ),
    );
    expectColumns(windows, audio);
  });

  test("the last sentence needs no silence after it", async () => {
    const audio = speech.subarray(0, 3 * SAMPLE_RATE_HZ + 123);
    const { windows } = await plan(audio);
    expect(windows.at(-1)!.endSample).toBeGreaterThanOrEqual(audio.length - HOP_SAMPLES);
    expectColumns(windows, audio);
  });

  test.each([0, 32 * SAMPLE_RATE_HZ])("%d samples of silence: no window", async (samples) => {
    expect((await plan(new Float32Array(samples))).windows).toEqual([]);
  });

  test.each([100, 20 * SAMPLE_RATE_HZ])(
    "%d samples of silence: one window, with no speech in it",
    async (samples) => {
      const { windows } = await plan(new Float32Array(samples));
      const endSample = Math.ceil(samples / HOP_SAMPLES) * HOP_SAMPLES;
      expect(windows).toMatchObject([{ startSample: 0, endSample, speech: [] }]);
      expect(windows[0]!.columns).toHaveLength((endSample / HOP_SAMPLES) * N_MELS);
    },
  );

  test("a recording does not hear the one before", async () => {
    const { windows: first } = await plan(speech);
    await plan(withSilences(2, 3));
    expect((await plan(speech)).windows).toEqual(first);
  });
});

describe("without VAD", () => {
  check("less than a window", 10.5, [10.5]);
  check("exactly one", 30, [30]);
  check("a little more", 61.25, [30, 30, 1.25]);
  check("less than a hop", 0.001, [0.01]);
  check("nothing", 0, []);

  function check(name: string, seconds: number, lengths: readonly number[]) {
    test(name, async () => {
      const audio = new Float32Array(Math.round(seconds * SAMPLE_RATE_HZ)).fill(0.01);
      const { windows } = await plan(audio, { isVadOn: false });
      expect(windows.map(({ startSample, endSample }) => (endSample - startSample) / SAMPLE_RATE_HZ)).toEqual(
        lengths,
      );
      for (const { startSample, endSample, speech: spans } of windows)
        expect(spans).toEqual([{ startSample, endSample }]);
      expectColumns(windows, audio);
    });
  }
});

describe("two channels", () => {
  test("each has the windows that it has alone, and none comes that was said not to", async () => {
    const left = withSilences(4, 5);
    const right = new Float32Array(left.length);
    right.set(withSilences(2, 9).subarray(0, left.length), 0);
    const both = new Float32Array(2 * left.length);
    for (let i = 0; i < left.length; i++) both.set([left[i]!, right[i]!], 2 * i);
    const other = await SileroVad.load();
    const vad = {
      models: [model, other],
      detection: DEFAULT_SPEECH_DETECTOR_OPTIONS,
      maxFirstWindowSeconds: 30,
    };
    const clock = newClock();
    const windows: PlannedWindow[] = [];
    for await (const window of planWindows(chunksOf(both, 2 * 8000), {
      nMels: N_MELS,
      channels: 2,
      vad,
      clock,
    })) {
      windows.push(window);
    }
    other.free();
    expect(clock.audioSamples).toBe(left.length);
    const alone = (plannedWindows: readonly PlannedWindow[]) =>
      plannedWindows.map(({ settledSample: _, channel: __, ...window }) => window);
    for (const [channel, audio] of [left, right].entries()) {
      const own = windows.filter((window) => window.channel === channel);
      expect(alone(own)).toEqual(alone((await plan(audio)).windows));
    }
    for (const [i, { settledSample }] of windows.entries()) {
      for (const { startSample } of windows.slice(i + 1))
        expect(startSample).toBeGreaterThanOrEqual(settledSample);
    }
  });
});

test("audio is read only as fast as windows are taken", async () => {
  let chunks = 0;
  const windows = planWindows(endless(), { nMels: N_MELS, channels: 1, vad: undefined, clock: newClock() });
  await windows.next();
  expect(chunks).toBeLessThanOrEqual(32);
  const before = chunks;
  await windows.next();
  expect(chunks - before).toBeLessThanOrEqual(31);
  await windows.return(undefined);
  const after = chunks;
  await new Promise((resolve) => setImmediate(resolve));
  expect(chunks).toBe(after);

  /** Seconds of noise. */
  async function* endless(): AsyncGenerator<Float32Array> {
    for (;;) {
      chunks++;
      yield new Float32Array(SAMPLE_RATE_HZ).fill(0.01);
    }
  }
});

test("a failure of the audio passes through", async () => {
  async function* failing(): AsyncGenerator<Float32Array> {
    yield new Float32Array(SAMPLE_RATE_HZ);
    throw new Error("the cable was pulled");
  }
  const windows = planWindows(failing(), { nMels: N_MELS, channels: 1, vad: undefined, clock: newClock() });
  await expect(windows.next()).rejects.toThrow("the cable was pulled");
});

interface PlanSettings {
  readonly chunkSamples?: number;
  readonly isVadOn?: boolean;
  readonly maxFirstWindowSeconds?: number;
}

async function plan(
  audio: Float32Array,
  { chunkSamples = 8000, isVadOn = true, maxFirstWindowSeconds = 30 }: PlanSettings = {},
) {
  const clock = newClock();
  const vad = isVadOn
    ? { models: [model], detection: DEFAULT_SPEECH_DETECTOR_OPTIONS, maxFirstWindowSeconds }
    : undefined;
  const windows: PlannedWindow[] = [];
  for await (const window of planWindows(chunksOf(audio, chunkSamples), {
    nMels: N_MELS,
    channels: 1,
    vad,
    clock,
  })) {
    windows.push(window);
  }
  return { windows, clock };
}

function newClock() {
  return { mediaSeconds: 0, melSeconds: 0, vadSeconds: 0, audioSamples: 0 };
}

async function* chunksOf(audio: Float32Array, chunkSamples: number): AsyncGenerator<Float32Array> {
  for (let at = 0; at < audio.length; at += chunkSamples) yield audio.slice(at, at + chunkSamples);
}

/** The sentence so many times, silence before each. */
function withSilences(times: number, silenceSeconds: number): Float32Array {
  const silence = silenceSeconds * SAMPLE_RATE_HZ;
  const part = SPEECH_SECONDS * SAMPLE_RATE_HZ;
  const audio = new Float32Array(times * (silence + part));
  for (let i = 0; i < times; i++) audio.set(speech.subarray(0, part), i * (silence + part) + silence);
  return audio;
}

/** Each window has the columns of the recording's mel from its start to its end, bit for bit. */
function expectColumns(windows: readonly PlannedWindow[], audio: Float32Array): void {
  const mel = new LogMel(N_MELS);
  const all = new Float32Array((mel.maxColumns(audio.length) + mel.maxColumns(0)) * N_MELS);
  const pushed = mel.push(audio, all);
  const total = pushed + mel.flush(all.subarray(pushed * N_MELS));
  mel.free();
  for (const { startSample, endSample, columns } of windows) {
    const endFrame = Math.min(endSample / HOP_SAMPLES, total);
    const expected = all.slice((startSample / HOP_SAMPLES) * N_MELS, endFrame * N_MELS);
    expect(columns.length).toBe(expected.length);
    expect(Buffer.compare(Buffer.from(columns.buffer), Buffer.from(expected.buffer))).toBe(0);
  }
}
