import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openMedia } from "../../src/audio/media.js";
import { assembleWindow, LogMel } from "../../src/dsp/mel.js";
import { missing, SHARED_FOLDER } from "../needs.js";
import { columnCount, referencePower, referenceWindow } from "./mel-reference.js";

const BANKS = [80, 128] as const;
const WINDOW_FRAMES = 3000;
const TOLERANCE = 1e-4;

describe("equals a float64 reference", () => {
  const speech = readSpeech();
  const signals: Record<string, Float32Array> = {
    speech,
    "quiet speech": speech.map((x) => x * 1e-3),
    silence: new Float32Array(16_000),
    "chirp 0 to 8 kHz": generate(80_000, (i) => 0.9 * Math.sin((Math.PI * 0.1 * i * i) / 16_000)),
    "tone, then silence": generate(48_000, (i) =>
      i < 20_000 ? Math.sin((2 * Math.PI * 440 * i) / 16_000) : 0,
    ),
    "loud and soft noise": generate(48_000, (i) => noise(i) * (i % 4000 < 700 ? 1 : 1e-4)),
    impulse: generate(16_000, (i) => (i === 5003 ? 1 : 0)),
    "impulse at the start": generate(1600, (i) => (i === 0 ? 1 : 0)),
    "beyond full scale": generate(16_000, (i) => 1e4 * noise(i)),
    "exactly 30 s": generate(480_000, noise),
  };
  for (const length of [1, 2, 100, 160, 200, 201, 399, 400, 401]) {
    signals[`${length} samples`] = generate(length, noise);
  }

  test.each(Object.entries(signals))("%s", (_, signal) => {
    const power = referencePower(signal);
    for (const nMels of BANKS) {
      const columns = columnsOf(nMels, signal);
      expect(columns.length).toBe(columnCount(signal.length) * nMels);
      expect(largestDifference(windowOf(nMels, columns), referenceWindow(power, nMels))).toBeLessThan(
        TOLERANCE,
      );
    }
  });

  test.skipIf(missing("shared"))(
    "every clip of ../shared/data, its first seconds; of the longest a minute",
    { timeout: 600_000 },
    async () => {
      const manifest: { file: string; seconds: number }[] = JSON.parse(
        readFileSync(`${SHARED_FOLDER}data/manifest.json`, "utf8"),
      );
      const differences: Record<string, number> = {};
      const longest = Math.max(...manifest.map(({ seconds }) => seconds));
      for (const { file, seconds } of manifest) {
        // The reference is a DFT by its definition: a second takes 20 ms.
        const compared = seconds === longest ? 60 : 6;
        const signal = await decodeStart(`${SHARED_FOLDER}data/${file}`, compared * 16_000);
        const power = referencePower(signal);
        for (const nMels of BANKS) {
          const columns = columnsOf(nMels, signal);
          for (let first = 0; first < columns.length / nMels; first += WINDOW_FRAMES) {
            const got = windowOf(nMels, columns.subarray(first * nMels));
            const difference = largestDifference(got, referenceWindow(power, nMels, first));
            differences[file] = Math.max(difference, differences[file] ?? 0);
          }
        }
      }
      expect(Object.keys(differences)).toHaveLength(manifest.length);
      expect(Object.entries(differences).filter(([, difference]) => !(difference < TOLERANCE))).toEqual([]);
    },
  );
});

describe("LogMel", () => {
  test.each(
    [[1], [160], [7, 0, 400, 401, 2], [512], [1600], [8000, 8001], [20_000]].map((sizes) => [sizes] as const),
  )("pieces of %j samples give the same bits as one shot", (sizes) => {
    const speech = readSpeech();
    for (const nMels of BANKS) expect(columnsOf(nMels, speech, sizes)).toEqual(columnsOf(nMels, speech));
  });

  test("columns come as soon as their last sample is there", () => {
    const mel = new LogMel(80);
    const out = new Float32Array(80 * mel.maxColumns(480));
    // Column 0 is mirrored around sample 0 and reaches sample 200; column i ends with sample 160 i + 199.
    const written = [200, 1, 158, 1, 160, 480].map((count) => mel.push(new Float32Array(count), out));
    expect(written).toEqual([0, 1, 0, 1, 1, 3]);
  });

  test("maxColumns holds for every state and length", () => {
    const mel = new LogMel(80);
    const out = new Float32Array(80 * mel.maxColumns(20_000));
    for (let pending = 0; pending < 420; pending += 13) {
      for (const count of [0, 1, 159, 160, 161, 400, 16_000]) {
        mel.push(new Float32Array(pending), out);
        expect(mel.push(new Float32Array(count), out)).toBeLessThanOrEqual(mel.maxColumns(count));
        expect(mel.flush(out)).toBeLessThanOrEqual(mel.maxColumns(0));
      }
    }
  });

  test("flush and reset start a new stream", () => {
    const speech = readSpeech().subarray(0, 4000);
    const fresh = columnsOf(80, speech);
    const mel = new LogMel(80);
    const out = new Float32Array(80 * mel.maxColumns(4000));
    mel.push(readSpeech().subarray(5000, 8000), out);
    mel.reset();
    const pushed = mel.push(speech, out);
    const flushed = mel.flush(out.subarray(pushed * 80));
    expect(out.subarray(0, (pushed + flushed) * 80)).toEqual(fresh);
    expect(mel.push(speech, out)).toBe(pushed);
    mel.reset();
    expect(mel.flush(out)).toBe(0);
  });

  test("streams do not see each other, also when the memory grows under them", () => {
    const speech = readSpeech();
    const expected = columnsOf(80, speech);
    const first = new LogMel(80);
    const out = new Float32Array(80 * first.maxColumns(speech.length));
    let columns = first.push(speech.subarray(0, 30_000), out);
    const others = Array.from({ length: 100 }, () => new LogMel(128));
    for (const other of others) other.push(speech.subarray(0, 8000), new Float32Array(128 * 60));
    columns += first.push(speech.subarray(30_000), out.subarray(columns * 80));
    columns += first.flush(out.subarray(columns * 80));
    expect(out.subarray(0, columns * 80)).toEqual(expected);
    for (const mel of [first, ...others]) mel.free();
  });

  test("what is no number silences only the columns it is in", () => {
    const clean = readSpeech().subarray(0, 16_000);
    const expected = columnsOf(80, clean);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const got = columnsOf(
        80,
        generate(clean.length, (i) => (i === 8000 ? bad : clean[i]!)),
      );
      for (let column = 0; column < got.length / 80; column++) {
        const range = [column * 80, (column + 1) * 80] as const;
        const touched = Math.abs(column * 160 - 8000) < 200;
        const want = touched ? new Float32Array(80).fill(-10) : expected.subarray(...range);
        expect(got.subarray(...range)).toEqual(want);
      }
    }
  });

  test("wrong lengths say expected and got", () => {
    // @ts-expect-error: JavaScript callers, and configurations read from a file
    expect(() => new LogMel(81)).toThrow(new RangeError("nMels: expected 80 or 128, got 81"));
    const mel = new LogMel(80);
    const message = (expected: number, got: number) =>
      new RangeError(`mel columns: expected ${expected} values, got ${got}`);
    expect(() => mel.push(new Float32Array(1600), new Float32Array(1039))).toThrow(message(1040, 1039));
    expect(() => mel.flush(new Float32Array(0))).toThrow(message(240, 0));
  });
});

describe("assembleWindow", () => {
  const window = new Float32Array(80 * WINDOW_FRAMES);

  test("no columns are silence", () => {
    assembleWindow(new Float32Array(0), 0, 80, window);
    expect(window.every((value) => value === -1.5)).toBe(true);
  });

  test("transposes, clamps 80 dB below the loudest and scales", () => {
    const columns = new Float32Array(80 * 2).fill(-10);
    columns[3] = 2;
    columns[80] = -5.5;
    columns[159] = -7;
    assembleWindow(columns, 2, 80, window.fill(9));
    const at = (mel: number, frame: number) => window[mel * WINDOW_FRAMES + frame];
    expect(at(3, 0)).toBe(1.5);
    expect(at(0, 1)).toBe(-0.375);
    expect(at(79, 1)).toBe(-0.5);
    expect(window.reduce((count, value) => count + (value === -0.5 ? 1 : 0), 0)).toBe(window.length - 2);
  });

  test("wrong lengths say expected and got", () => {
    const columns = new Float32Array(80 * 3001);
    expect(() => assembleWindow(columns, 3001, 80, window)).toThrow(
      new RangeError("mel columns of a window: expected at most 3000, got 3001"),
    );
    expect(() => assembleWindow(columns.subarray(0, 159), 2, 80, window)).toThrow(
      new RangeError("mel columns: expected 160 values, got 159"),
    );
    expect(() => assembleWindow(columns, 2, 128, window)).toThrow(
      new RangeError("mel window: expected 384000 values, got 240000"),
    );
  });
});

/** All columns of the signal, pushed in pieces of these sizes over and over. */
function columnsOf(nMels: 80 | 128, signal: Float32Array, pieceSizes = [signal.length]): Float32Array {
  const mel = new LogMel(nMels);
  const room = Math.max(...pieceSizes, 0);
  const out = new Float32Array((mel.maxColumns(signal.length) + mel.maxColumns(room)) * nMels);
  let columns = 0;
  for (let start = 0, piece = 0; start < signal.length; piece++) {
    const end = Math.min(start + pieceSizes[piece % pieceSizes.length]!, signal.length);
    columns += mel.push(signal.subarray(start, end), out.subarray(columns * nMels));
    start = end;
  }
  columns += mel.flush(out.subarray(columns * nMels));
  mel.free();
  return out.slice(0, columns * nMels);
}

/** The window of the first 3000 columns at most. */
function windowOf(nMels: number, columns: Float32Array): Float32Array {
  const window = new Float32Array(nMels * WINDOW_FRAMES);
  assembleWindow(columns, Math.min(columns.length / nMels, WINDOW_FRAMES), nMels, window);
  return window;
}

function largestDifference(got: Float32Array, expected: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(got[i]! - expected[i]!);
    // The comparison is false for what is no number, and that must not pass for equal.
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

function generate(length: number, sampleAt: (index: number) => number): Float32Array {
  return Float32Array.from({ length }, (_, index) => sampleAt(index));
}

/** White noise in [-0.5, 0.5), a function of the position alone. */
function noise(index: number): number {
  let bits = Math.imul(index + 1, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b);
  bits ^= bits >>> 13;
  return (bits >>> 0) / 2 ** 32 - 0.5;
}

/** 7.1 s of 16 kHz mono, 16-bit: the samples start after the plain 44-byte header. */
function readSpeech(): Float32Array {
  const file = readFileSync(new URL("../fixtures/austen-0870.wav", import.meta.url));
  return generate((file.length - 44) / 2, (index) => file.readInt16LE(44 + 2 * index) / 2 ** 15);
}

/** At most this many samples from the start, decoded to the end all the same. */
async function decodeStart(path: string, maxSamples: number): Promise<Float32Array> {
  const media = await openMedia(path, { channel: "mix", signal: new AbortController().signal });
  const samples = new Float32Array(maxSamples);
  let length = 0;
  for await (const chunk of media.audio as AsyncIterable<Float32Array>) {
    const taken = chunk.subarray(0, maxSamples - length);
    samples.set(taken, length);
    length += taken.length;
  }
  await media.close();
  return samples.subarray(0, length);
}
