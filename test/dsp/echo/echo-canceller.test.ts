import { beforeAll, describe, expect, test } from "vitest";
import {
  ECHO_DELAY_FRAMES,
  ECHO_FRAME_SAMPLES,
  EchoCanceller,
} from "../../../src/dsp/echo/echo-canceller.js";
import {
  decibels,
  delayed,
  drifting,
  inRoom,
  levelDb,
  microphoneNoise,
  otherVoice,
  speech,
  sum,
} from "./rooms.js";

let loopback: Float32Array;
let voice: Float32Array;
let noise: Float32Array;

beforeAll(async () => {
  loopback = await speech();
  voice = otherVoice(loopback);
  noise = microphoneNoise(loopback.length);
});

interface Cancelled {
  /** On the microphone's own time: the delay is taken out. */
  readonly samples: Float32Array;
  /** The same as they are at last. */
  readonly revised: Float32Array;
  readonly verdicts: readonly string[];
  readonly canceller: EchoCanceller;
}

function cancel(microphone: Float32Array, reference: Float32Array): Cancelled {
  const canceller = new EchoCanceller("auto");
  const samples = new Float32Array(microphone.length);
  const revised = new Float32Array(microphone.length);
  const verdicts: string[] = [];
  for (let start = 0; start + ECHO_FRAME_SAMPLES <= microphone.length; start += ECHO_FRAME_SAMPLES) {
    const end = start + ECHO_FRAME_SAMPLES;
    const frame = canceller.process(microphone.subarray(start, end), reference.subarray(start, end));
    if (frame === undefined) continue;
    const at = start - ECHO_DELAY_FRAMES * ECHO_FRAME_SAMPLES;
    samples.set(frame.samples, at);
    for (const [i, other] of [...frame.revised, frame.samples].reverse().entries())
      revised.set(other, at - i * ECHO_FRAME_SAMPLES);
    verdicts.push(frame.verdict);
  }
  return { samples, revised, verdicts, canceller };
}

describe("without a leak the microphone passes bit for bit", () => {
  const whole = (samples: Float32Array) => {
    const frames = Math.floor(samples.length / ECHO_FRAME_SAMPLES);
    return samples.subarray(0, (frames - ECHO_DELAY_FRAMES) * ECHO_FRAME_SAMPLES);
  };
  const check = (name: string, sounds: () => [Float32Array, Float32Array]) =>
    test(name, () => {
      const [microphone, reference] = sounds();
      const { samples, verdicts, canceller } = cancel(microphone, reference);
      expect(whole(samples)).toEqual(whole(microphone));
      expect(new Set(verdicts)).toEqual(new Set(["clean"]));
      expect(canceller.leak).toBeUndefined();
    });

  check("two voices at once", () => [sum(voice, noise), loopback]);
  check("a voice, nothing played", () => [sum(voice, noise), new Float32Array(voice.length)]);
  check("nobody there, something played", () => [noise, loopback]);
  check("digital silence", () => [new Float32Array(voice.length), loopback]);
  check("the other side hears our echo: it comes later, not earlier", () => [
    sum(voice, noise),
    delayed(voice, 3200, 0.3),
  ]);
});

describe("an echo alone is silenced", () => {
  const lags = [-400, 48, 320, 960, 1920];
  test.each(lags.flatMap((lag) => [-3, -6, -12].map((gainDb) => [lag, gainDb])))(
    "lag %i samples, %i dB",
    (lag, gainDb) => {
      const echo = delayed(loopback, lag, decibels(gainDb));
      const { samples, verdicts, canceller } = cancel(sum(echo, noise), loopback);
      expect(canceller.leak!.lagSamples).toBe(lag);
      expect(levelDb(echo, 1, 7) - levelDb(samples, 1, 7)).toBeGreaterThan(30);
      expect(verdicts).toContain("echo");
    },
  );

  test("300 ms late, by Bluetooth", () => {
    const echo = delayed(loopback, 4800, decibels(-6));
    const { samples, canceller } = cancel(sum(echo, noise), loopback);
    expect(canceller.leak!.lagSamples).toBe(4800);
    expect(levelDb(echo, 1.5, 7) - levelDb(samples, 1.5, 7)).toBeGreaterThan(30);
  });

  test("louder in the middle", () => {
    const echo = delayed(loopback, 320, decibels(-12)).map((value, i) => (i < 48_000 ? value : 2 * value));
    const { samples } = cancel(sum(echo, noise), loopback);
    expect(levelDb(echo, 3.3, 7) - levelDb(samples, 3.3, 7)).toBeGreaterThan(20);
  });

  test("20 ms later from the middle on: half a second is heard", () => {
    const before = delayed(loopback, 320, decibels(-6));
    const after = delayed(loopback, 640, decibels(-6));
    const echo = before.map((value, i) => (i < 48_000 ? value : after[i]!));
    const { samples, canceller } = cancel(sum(echo, noise), loopback);
    expect(canceller.leak!.lagSamples).toBe(640);
    expect(levelDb(echo, 3.6, 7) - levelDb(samples, 3.6, 7)).toBeGreaterThan(25);
  });

  test("and at once again, when the microphone has been paused", () => {
    const echo = delayed(loopback, 320, decibels(-6));
    const isPaused = (i: number) => i >= 32_000 && i < 64_000;
    const microphone = sum(echo, noise).map((value, i) => (isPaused(i) ? 0 : value));
    const { samples } = cancel(microphone, loopback);
    expect(levelDb(echo, 4, 4.5) - levelDb(samples, 4, 4.5)).toBeGreaterThan(20);
  });

  test("from a clock that runs 100 ppm apart", () => {
    const echo = drifting(loopback, 320, 100e-6, decibels(-6));
    const { samples } = cancel(sum(echo, noise), loopback);
    expect(levelDb(echo, 1, 7) - levelDb(samples, 1, 7)).toBeGreaterThan(15);
  });

  test("in a room", () => {
    const echo = delayed(inRoom(loopback, 0.2), 800, decibels(-6));
    const { samples } = cancel(sum(echo, noise), loopback);
    expect(levelDb(echo, 2, 7) - levelDb(samples, 2, 7)).toBeGreaterThan(20);
  });
});

describe("who talks over the echo is kept", () => {
  const check = (name: string, room: (sound: Float32Array) => Float32Array, minGainDb: number) =>
    test(name, () => {
      const echo = room(loopback);
      const { samples, verdicts } = cancel(sum(voice, echo, noise), loopback);
      const wrong = sum(
        samples,
        voice.map((value) => -value),
      );
      expect(levelDb(echo, 1.5, 7) - levelDb(wrong, 1.5, 7)).toBeGreaterThan(minGainDb);
      expect(verdicts).toContain("double-talk");
    });

  check("−3 dB, 20 ms", (sound) => delayed(sound, 320, decibels(-3)), 12);
  check("in a room, −3 dB, 50 ms", (sound) => delayed(inRoom(sound, 0.2), 800, decibels(-3)), 8);
});

describe("what came before the echo was known is cleaned later", () => {
  test("a voice over the beginning of an echo in a room", () => {
    const echo = delayed(inRoom(loopback, 0.2), 800, decibels(-3));
    const { samples, revised } = cancel(sum(voice, echo, noise), loopback);
    const echoOf = (sound: Float32Array) =>
      levelDb(
        sum(
          sound,
          voice.map((value) => -value),
        ),
        0.3,
        2.3,
      );
    expect(echoOf(samples) - echoOf(revised)).toBeGreaterThan(7);
  });

  test("an echo alone goes from its first word on", () => {
    const echo = delayed(loopback, 320, decibels(-6));
    const { samples, revised } = cancel(sum(echo, noise), loopback);
    expect(levelDb(samples, 0, 0.5) - levelDb(revised, 0, 0.5)).toBeGreaterThan(20);
  });

  test("but not what was before a leak that moved", () => {
    const before = delayed(loopback, 320, decibels(-6));
    const after = delayed(loopback, 640, decibels(-6));
    const echo = before.map((value, i) => (i < 48_000 ? value : after[i]!));
    const { revised } = cancel(sum(echo, noise), loopback);
    expect(levelDb(echo, 0.5, 2.9) - levelDb(revised, 0.5, 2.9)).toBeGreaterThan(25);
  });
});

test("“on” finds a leak sooner than “auto”", () => {
  const microphone = sum(voice, delayed(loopback, 320, decibels(-12)), noise);
  const foundAt = (mode: "auto" | "on") => {
    const canceller = new EchoCanceller(mode);
    for (let start = 0; start + ECHO_FRAME_SAMPLES <= microphone.length; start += ECHO_FRAME_SAMPLES) {
      const end = start + ECHO_FRAME_SAMPLES;
      canceller.process(microphone.subarray(start, end), loopback.subarray(start, end));
      if (canceller.leak !== undefined) return start;
    }
    return Number.POSITIVE_INFINITY;
  };
  expect(foundAt("on")).toBeLessThan(foundAt("auto"));
  expect(foundAt("auto")).toBeLessThan(4 * 16_000);
});

test("frames of another length are refused", () => {
  const canceller = new EchoCanceller("auto");
  expect(() => canceller.process(new Float32Array(512), new Float32Array(511))).toThrow(RangeError);
});
