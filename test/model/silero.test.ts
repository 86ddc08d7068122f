import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { VAD_FRAME_SAMPLES } from "../../src/dsp/speech-detector.js";
import { createSession, Tensor } from "../../src/model/ort.js";
import { SILERO_FRAME_SAMPLES, SileroVad } from "../../src/model/silero.js";

const GARBAGE = [Number.NaN, 1e30, Number.POSITIVE_INFINITY, -1e38, Number.NEGATIVE_INFINITY, 32_767];
const MODEL_FILE = packagePath("models/silero-vad/silero_vad_16k_sequence.onnx");

let vad: SileroVad;
let clip: Float32Array;
beforeAll(async () => {
  vad = await SileroVad.load();
  clip = await wholeFrames(packagePath("test/fixtures/austen-0870.wav"));
});
afterAll(() => vad.free());

test("one probability stands for as many samples as the speech detector thinks", () => {
  expect(SILERO_FRAME_SAMPLES).toBe(VAD_FRAME_SAMPLES);
});

test("real speech: what the authors' own one-frame export gives", () => {
  const probabilities = inCallsOf(1000);
  expect(probabilities).toHaveLength(222);
  // silero_vad_16k_op15.onnx of silero-vad 6.2.3 in Python's onnxruntime, the samples times √10, every 20th
  // frame.
  const expected = [
    0.0306, 0.99997, 0.99996, 0.99998, 0.99998, 0.99999, 0.99952, 0.9991, 0.99991, 0.99941, 0.99881, 0.01927,
  ];
  for (const [i, reference] of expected.entries()) expect(probabilities[i * 20]).toBeCloseTo(reference, 3);
  expect(probabilities.filter((p) => p >= 0.5).length / probabilities.length).toBeGreaterThan(0.9);
});

describe("what onnxruntime makes of the file", () => {
  const frames = 200;
  const every = (sampleAt: (index: number) => number) =>
    Float32Array.from({ length: frames * SILERO_FRAME_SAMPLES }, (_, i) => sampleAt(i));

  check("speech", () => clip);
  check("speech out of noise and back", () => {
    const hiss = noise(0.02);
    return every((i) => hiss() + Math.sin(i / 20_000) ** 2 * (clip[i % clip.length] ?? 0));
  });
  check("speech at full scale, clipped", () => clip.map((sample) => Math.max(-1, Math.min(1, sample * 40))));
  check("the softest sounds", () => every((i) => ((i % 7) - 3) * 1e-7));
  // Its bins between tones are nothing but rounding, of either: as far as both are from what 64-bit floats give.
  check("more than full scale", () => every((i) => 20 * Math.sin(i * i * 1e-4)), 1e-4);

  function check(name: string, samplesOf: () => Float32Array, tolerance = 1e-5) {
    test(name, async () => {
      const samples = samplesOf();
      const out = new Float32Array(samples.length / SILERO_FRAME_SAMPLES);
      vad.reset();
      vad.process(samples, out);
      const expected = await byOnnxruntime(samples);
      const errors = expected.map((probability, i) => Math.abs(out[i]! - probability));
      expect(Math.max(...errors)).toBeLessThan(tolerance);
    });
  }
});

describe("the same probabilities however the audio is cut into calls", () => {
  for (const framesPerCall of [1, 7, 64, 65]) {
    test(`${framesPerCall} frames a call`, () => {
      expect(inCallsOf(framesPerCall)).toEqual(inCallsOf(1000));
    });
  }
});

describe("not speech", () => {
  check("digital silence", () => 0);
  check("white noise at -50 dB", noise(10 ** (-50 / 20)));
  check("loud white noise", noise(0.3));
  check("a tone", (i) => 0.3 * Math.sin((2 * Math.PI * 440 * i) / 16_000));

  function check(name: string, sampleAt: (index: number) => number) {
    test(name, () => {
      vad.reset();
      const out = new Float32Array(300);
      vad.process(
        Float32Array.from({ length: 300 * SILERO_FRAME_SAMPLES }, (_, i) => sampleAt(i)),
        out,
      );
      expect(Math.max(...out)).toBeLessThan(0.5);
    });
  }
});

test("two recordings in turn, heard with the same weights, as each alone", async () => {
  const alone = inCallsOf(1);
  const model = await SileroVad.load();
  const listeners = [model, model.another()];
  const heard: number[][] = [[], []];
  const out = new Float32Array(1);
  for (let start = 0; start < clip.length; start += SILERO_FRAME_SAMPLES) {
    const frame = clip.subarray(start, start + SILERO_FRAME_SAMPLES);
    for (const [i, listener] of listeners.entries()) {
      listener.process(i === 0 ? frame : frame.map((sample) => sample / 2), out);
      heard[i]!.push(out[0]!);
    }
  }
  expect(heard[0]).toEqual(alone);
  expect(heard[1]).not.toEqual(alone);
  for (const listener of listeners) listener.free();
});

test("samples that are no numbers or absurdly large do not poison what follows", () => {
  vad.reset();
  const garbage = Float32Array.from(
    { length: 64 * SILERO_FRAME_SAMPLES },
    (_, i) => GARBAGE[i % GARBAGE.length]!,
  );
  const out = new Float32Array(300);
  vad.process(garbage, out);
  const frames = vad.process(clip, out);
  const afterwards = out.subarray(0, frames);
  expect(afterwards.every((p) => p >= 0 && p <= 1)).toBe(true);
  expect(afterwards.filter((p) => p >= 0.5).length / frames).toBeGreaterThan(0.85);
});

test("a caller's mistakes are named", () => {
  expect(() => vad.process(new Float32Array(100), new Float32Array(1))).toThrow(/multiple of 512.*100/);
  expect(() => vad.process(new Float32Array(1024), new Float32Array(1))).toThrow(/room for 2.*1/);
  expect(vad.process(new Float32Array(0), new Float32Array(0))).toBe(0);
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

/** The probabilities of the file itself, the samples 10 dB louder. */
async function byOnnxruntime(samples: Float32Array): Promise<Float32Array> {
  const session = await createSession(MODEL_FILE, { threads: 1 });
  const frames = samples.length / SILERO_FRAME_SAMPLES;
  const padded = new Float32Array(64 + samples.length);
  padded.set(
    samples.map((sample) => sample * Math.sqrt(10)),
    64,
  );
  const input = new Float32Array(frames * 576);
  for (let i = 0; i < frames; i++) input.set(padded.subarray(i * 512, i * 512 + 576), i * 576);
  const state = () => new Tensor("float32", new Float32Array(128), [1, 1, 128]);
  const feeds = { input: new Tensor("float32", input, [frames, 576]), h: state(), c: state() };
  const { speech_probs: probabilities } = await session.run(feeds);
  await session.release();
  return probabilities?.data as Float32Array;
}

/** White noise, uniform, of this RMS; the same every time. */
function noise(rms: number): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 31 - 1) * rms * Math.sqrt(3);
  };
}

/** Runs the clip from a fresh state, so many frames a call. */
function inCallsOf(framesPerCall: number): number[] {
  vad.reset();
  const probabilities: number[] = [];
  const out = new Float32Array(framesPerCall);
  for (let start = 0; start < clip.length; start += framesPerCall * SILERO_FRAME_SAMPLES) {
    const frames = vad.process(clip.subarray(start, start + framesPerCall * SILERO_FRAME_SAMPLES), out);
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
