/** Samples on the timeline: each tells when it was recorded, so that its place can be checked. */
import { describe, expect, test } from "vitest";
import { Timeline } from "../../../../src/audio/capture/timeline/timeline.js";
import { SAMPLE_RATE_HZ } from "../../../../src/units.js";
import { happenings, LATENCY_SECONDS, type SimulatedDevice } from "./simulated-device.js";

interface Format {
  readonly sampleRateHz: number;
  readonly channels: number;
}

const MONO: Format = { sampleRateHz: 8000, channels: 1 };
/** A sample's value is when it was recorded, in units of this, and 0.1 more, so that it is not silence. */
const SECONDS_AT_FULL_SCALE = 1000;
const OFFSET = 0.1;
/** Around silence the resampler's filter mixes it in. */
const EDGE_SAMPLES = 100;

function record(device: SimulatedDevice, formatAt: (seconds: number) => Format = () => MONO): Float32Array {
  const chunks: Float32Array[] = [];
  const timeline = new Timeline((samples) => chunks.push(samples));
  for (const happening of happenings(device)) {
    if (happening.type === "tick") {
      timeline.tick(happening.atSeconds);
      continue;
    }
    const { recordedSeconds, lengthSeconds, atSeconds } = happening;
    const { sampleRateHz, channels } = formatAt(recordedSeconds);
    const frames = Math.round(lengthSeconds * sampleRateHz);
    const samples = new Float32Array(frames * channels);
    for (let frame = 0; frame < frames; frame++) {
      const seconds = recordedSeconds - lengthSeconds * (1 - frame / frames);
      samples.fill(OFFSET + seconds / SECONDS_AT_FULL_SCALE, frame * channels, (frame + 1) * channels);
    }
    timeline.push({ samples, sampleRateHz, channels }, atSeconds);
  }
  timeline.end();
  return Float32Array.from(chunks.flatMap((chunk) => [...chunk]));
}

/** How far samples are from where they belong, at most; silence and its edges do not count. */
function errorSeconds(samples: Float32Array): number {
  let worst = 0;
  for (let i = EDGE_SAMPLES; i < samples.length - EDGE_SAMPLES; i++) {
    if (samples[i - EDGE_SAMPLES] === 0 || samples[i] === 0 || samples[i + EDGE_SAMPLES] === 0) continue;
    const recordedSeconds = (samples[i]! - OFFSET) * SECONDS_AT_FULL_SCALE;
    worst = Math.max(worst, Math.abs(i / SAMPLE_RATE_HZ - recordedSeconds - LATENCY_SECONDS));
  }
  return worst;
}

describe("every sample is where it was recorded", () => {
  test.each([
    ["jitter alone", { seconds: 5 }],
    ["a device that opens late", { seconds: 5, startSeconds: 1.234 }],
    ["one that was open before the session", { seconds: 5, startSeconds: -1 }],
    ["a pause", { seconds: 8, pauses: [[3, 5]] }],
    ["lost packets", { seconds: 8, losses: [[3, 3.5]] }],
    ["a blocked event loop", { seconds: 8, blocks: [[3, 7]] }],
    ["100 s of drift", { seconds: 100, driftPpm: 150 }],
  ] satisfies [string, SimulatedDevice][])("%s", (_, device) => {
    const samples = record(device);
    expect(errorSeconds(samples)).toBeLessThan(0.01);
    expect(Math.abs(samples.length / SAMPLE_RATE_HZ - device.seconds)).toBeLessThan(0.5);
  });

  test("a device that comes back with another rate and more channels", () => {
    const studio = { sampleRateHz: 48_000, channels: 2 };
    const device = { seconds: 8, pauses: [[3, 5]] } as const;
    const samples = record(device, (seconds) => (seconds < 4 ? MONO : studio));
    expect(errorSeconds(samples)).toBeLessThan(0.01);
  });
});

test("a pause is silence, and as long as it was", () => {
  const samples = record({ seconds: 8, pauses: [[3, 5]] });
  const from = samples.indexOf(0, SAMPLE_RATE_HZ);
  const to = samples.findIndex((sample, i) => i > from && sample !== 0);
  expect((to - from) / SAMPLE_RATE_HZ).toBeCloseTo(2, 1);
});

test("channels become their mean, and what is no number silence", () => {
  const chunks: Float32Array[] = [];
  const timeline = new Timeline((samples) => chunks.push(samples));
  const frames = [
    [0.5, 0.1],
    [Number.NaN, 0.1],
    [Number.POSITIVE_INFINITY, 0.1],
  ];
  for (const [i, frame] of frames.entries()) {
    const samples = Float32Array.from({ length: 1600 }, (_, j) => frame[j % 2]!);
    timeline.push({ samples, sampleRateHz: SAMPLE_RATE_HZ, channels: 2 }, 0.05 * (i + 1));
  }
  timeline.end();
  const samples = Float32Array.from(chunks.flatMap((chunk) => [...chunk]));
  expect(samples.length).toBe(2400);
  expect(samples[400]).toBeCloseTo(0.3, 3);
  expect(samples[1600]).toBeCloseTo(0, 3);
});
