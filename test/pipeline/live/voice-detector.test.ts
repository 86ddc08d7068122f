import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openMedia } from "../../../src/audio/media.js";
import { SILERO_FRAME_SAMPLES, SileroVad } from "../../../src/model/silero.js";
import { VoiceDetector } from "../../../src/pipeline/live/voice-detector.js";
import { SAMPLE } from "../../cli/mubbles.js";

let vad: SileroVad;
let speech: Float32Array[];
const quiet = (frames: number) =>
  Array.from({ length: frames }, () => new Float32Array(SILERO_FRAME_SAMPLES).fill(0.001));

beforeAll(async () => {
  vad = await SileroVad.load();
  speech = await speechFrames();
});
afterAll(() => vad.free());

test("finds the voice where the model finds it that hears all, after any silence", async () => {
  vad.reset();
  const all = [...quiet(200), ...speech];
  const expected = await probabilitiesOf(all);
  const heard = await detect(all, 0.05);
  expect(heard).toHaveLength(expected.length);
  const isSpeech = (probability: number) => probability >= 0.5;
  const differs = heard.filter((probability, i) => isSpeech(probability) !== isSpeech(expected[i]!));
  expect(differs.length).toBeLessThan(0.02 * speech.length);
});

test("a voice that never gets loud is none", async () => {
  const whispered = speech.map((frame) => frame.map((sample) => sample * 0.02));
  expect(Math.max(...(await detect(whispered, 0.05)))).toBe(0);
  expect(Math.max(...(await detect(whispered, 0)))).toBeGreaterThan(0.9);
});

describe("a voice too quiet to be heard", () => {
  const softly = (part: number) => speech.map((frame) => frame.map((sample) => sample * part));
  const noise = (amplitude: number) =>
    speech.map((frame) => frame.map((_, i) => amplitude * Math.sin(i * i * 12.9898 + frame[0]! * 1e5)));

  test("is noticed once at each threshold, with its peak", async () => {
    const peaks = await noticed([...softly(0.04), ...softly(0.04)], [0.05, 0.05, 0.05, 0.03]);
    expect(peaks).toHaveLength(2);
    for (const peak of peaks) expect(peak).toBeGreaterThan(0.01);
    for (const peak of peaks) expect(peak).toBeLessThan(0.03);
  });

  test("is no noise, nothing that may be echo, nothing fainter than any voice", async () => {
    expect(await noticed(noise(0.03), [0.05])).toEqual([]);
    expect(await noticed(softly(0.04), [0.05], true)).toEqual([]);
    expect(await noticed(softly(0.001), [0.05])).toEqual([]);
  });

  test("changes nothing in what is heard of a louder one behind it", async () => {
    const frames = [...softly(0.04), ...speech];
    expect(await detect(frames, 0.05)).toEqual(await detect(frames, 0.05, true));
  });

  /** Peaks that are told of while the frames come; the thresholds take turns, each for as long. */
  async function noticed(frames: readonly Float32Array[], thresholds: number[], mayBeEcho = false) {
    const detector = new VoiceDetector(vad);
    const peaks: number[] = [];
    for (const [i, frame] of frames.entries()) {
      const threshold = thresholds[Math.floor((i * thresholds.length) / frames.length)]!;
      await detector.push(frame, { isNeeded: false, threshold, mayBeEcho });
      peaks.push(...[detector.quietVoicePeak ?? []].flat());
    }
    return peaks;
  }
});

/** The probability of each frame, as the detector gives them one after another. */
async function detect(
  frames: readonly Float32Array[],
  threshold: number,
  mayBeEcho = false,
): Promise<number[]> {
  vad.reset();
  const detector = new VoiceDetector(vad);
  const probabilities: number[] = [];
  for (const frame of frames) {
    const isNeeded = (probabilities.at(-1) ?? 0) >= 0.35;
    probabilities.push(...(await detector.push(frame, { isNeeded, threshold, mayBeEcho })));
  }
  return [...probabilities, ...detector.end()];
}

async function probabilitiesOf(frames: readonly Float32Array[]): Promise<Float32Array> {
  const samples = new Float32Array(frames.length * SILERO_FRAME_SAMPLES);
  for (const [i, frame] of frames.entries()) samples.set(frame, i * SILERO_FRAME_SAMPLES);
  const probabilities = new Float32Array(frames.length);
  vad.process(samples, probabilities);
  return probabilities;
}

async function speechFrames(): Promise<Float32Array[]> {
  const media = await openMedia(SAMPLE, { channel: "mix", signal: new AbortController().signal });
  const samples: number[] = [];
  for await (const chunk of media.audio) samples.push(...(chunk as Float32Array));
  await media.close();
  const frames = Math.floor(samples.length / SILERO_FRAME_SAMPLES);
  return Array.from({ length: frames }, (_, i) =>
    Float32Array.from(samples.slice(i * SILERO_FRAME_SAMPLES, (i + 1) * SILERO_FRAME_SAMPLES)),
  );
}
