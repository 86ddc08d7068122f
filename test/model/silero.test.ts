import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { VAD_FRAME_SAMPLES } from "../../src/dsp/speech-detector.js";
import { SILERO_FRAME_SAMPLES, SileroVad } from "../../src/model/silero.js";

const GARBAGE = [Number.NaN, 1e30, Number.POSITIVE_INFINITY, -1e38, Number.NEGATIVE_INFINITY, 32_767];
const MODEL_FILE = packagePath("models/silero-vad/silero_vad_16k_sequence.onnx");

let vad: SileroVad;
let clip: Float32Array;
beforeAll(async () => {
  vad = await SileroVad.load();
  clip = await wholeFrames(packagePath("test/fixtures/austen-0870.wav"));
});
afterAll(() => vad.release());

test("one probability stands for as many samples as the speech detector thinks", () => {
  expect(SILERO_FRAME_SAMPLES).toBe(VAD_FRAME_SAMPLES);
});

test("real speech: what the authors' own one-frame export gives", async () => {
  const probabilities = await inCallsOf(1000);
  expect(probabilities).toHaveLength(222);
  // silero_vad_16k_op15.onnx of silero-vad 6.2.3 in Python's onnxruntime, the samples times √10, every 20th
  // frame.
  const expected = [
    0.0306, 0.99997, 0.99996, 0.99998, 0.99998, 0.99999, 0.99952, 0.9991, 0.99991, 0.99941, 0.99881, 0.01927,
  ];
  for (const [i, reference] of expected.entries()) expect(probabilities[i * 20]).toBeCloseTo(reference, 3);
  expect(probabilities.filter((p) => p >= 0.5).length / probabilities.length).toBeGreaterThan(0.9);
});

describe("the same probabilities however the audio is cut into calls", () => {
  for (const framesPerCall of [1, 7, 64, 65]) {
    test(`${framesPerCall} frames a call`, async () => {
      const whole = await inCallsOf(1000);
      const cut = await inCallsOf(framesPerCall);
      expect(cut).toHaveLength(whole.length);
      for (const [i, probability] of whole.entries())
        expect(Math.abs(cut[i]! - probability)).toBeLessThan(1e-5);
    });
  }
});

describe("not speech", () => {
  check("digital silence", () => 0);
  check("white noise at -50 dB", noise(10 ** (-50 / 20)));
  check("loud white noise", noise(0.3));
  check("a tone", (i) => 0.3 * Math.sin((2 * Math.PI * 440 * i) / 16_000));

  function check(name: string, sampleAt: (index: number) => number) {
    test(name, async () => {
      vad.reset();
      const out = new Float32Array(300);
      await vad.process(
        Float32Array.from({ length: 300 * SILERO_FRAME_SAMPLES }, (_, i) => sampleAt(i)),
        out,
      );
      expect(Math.max(...out)).toBeLessThan(0.5);
    });
  }
});

test("two recordings in turn, heard with the same weights, as each alone", async () => {
  const alone = await inCallsOf(1);
  const model = await SileroVad.load();
  const listeners = [model, model.another()];
  const heard: number[][] = [[], []];
  const out = new Float32Array(1);
  for (let start = 0; start < clip.length; start += SILERO_FRAME_SAMPLES) {
    const frame = clip.subarray(start, start + SILERO_FRAME_SAMPLES);
    for (const [i, listener] of listeners.entries()) {
      await listener.process(i === 0 ? frame : frame.map((sample) => sample / 2), out);
      heard[i]!.push(out[0]!);
    }
  }
  expect(heard[0]).toEqual(alone);
  expect(heard[1]).not.toEqual(alone);
  for (const listener of [...listeners].reverse()) await listener.release();
});

test("samples that are no numbers or absurdly large do not poison what follows", async () => {
  vad.reset();
  const garbage = Float32Array.from(
    { length: 64 * SILERO_FRAME_SAMPLES },
    (_, i) => GARBAGE[i % GARBAGE.length]!,
  );
  const out = new Float32Array(300);
  await vad.process(garbage, out);
  const frames = await vad.process(clip, out);
  const afterwards = out.subarray(0, frames);
  expect(afterwards.every((p) => p >= 0 && p <= 1)).toBe(true);
  expect(afterwards.filter((p) => p >= 0.5).length / frames).toBeGreaterThan(0.85);
});

test("a caller's mistakes are named", async () => {
  await expect(vad.process(new Float32Array(100), new Float32Array(1))).rejects.toThrow(
    /multiple of 512.*100/,
  );
  await expect(vad.process(new Float32Array(1024), new Float32Array(1))).rejects.toThrow(/room for 2.*1/);
  expect(await vad.process(new Float32Array(0), new Float32Array(0))).toBe(0);
});

describe("a broken model file", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mubbles-silero-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  check("missing", () => undefined);
  check("empty", () => new Uint8Array());
  check("cut short", (bytes) => bytes.subarray(0, 600_000));
  check("one bit flipped", (bytes) => bytes.with(700_000, bytes[700_000]! ^ 1));

  function check(name: string, damage: (bytes: Uint8Array) => Uint8Array | undefined) {
    test(name, async () => {
      const path = join(folder, `${name}.onnx`);
      const damaged = damage(new Uint8Array(await readFile(MODEL_FILE)));
      if (damaged) await writeFile(path, damaged);
      await expect(SileroVad.load(path)).rejects.toMatchObject({ code: "MODEL_BROKEN" });
    });
  }
});

/** White noise, uniform, of this RMS; the same every time. */
function noise(rms: number): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 31 - 1) * rms * Math.sqrt(3);
  };
}

/** Runs the clip from a fresh state, so many frames a call. */
async function inCallsOf(framesPerCall: number): Promise<number[]> {
  vad.reset();
  const probabilities: number[] = [];
  const out = new Float32Array(framesPerCall);
  for (let start = 0; start < clip.length; start += framesPerCall * SILERO_FRAME_SAMPLES) {
    const frames = await vad.process(clip.subarray(start, start + framesPerCall * SILERO_FRAME_SAMPLES), out);
    probabilities.push(...out.subarray(0, frames));
  }
  return probabilities;
}

/** A 16-bit mono WAV with the plain 44-byte header, filled up with zeros to whole frames. */
async function wholeFrames(path: string): Promise<Float32Array> {
  const bytes = await readFile(path);
  const count = Math.floor((bytes.length - 44) / 2);
  const samples = new Float32Array(Math.ceil(count / SILERO_FRAME_SAMPLES) * SILERO_FRAME_SAMPLES);
  for (let i = 0; i < count; i++) samples[i] = bytes.readInt16LE(44 + 2 * i) / 32768;
  return samples;
}
