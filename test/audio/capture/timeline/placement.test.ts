/** Hours of devices in simulated time: where their audio ends on the timeline against when it was recorded. */
import { describe, expect, test } from "vitest";
import { Placement } from "../../../../src/audio/capture/timeline/placement.js";
import { happenings, LATENCY_SECONDS, type SimulatedDevice } from "./simulated-device.js";

/** One packet in four is a pause between words, one in fifty as quiet as a room gets. */
const SPEECH = (packet: number) => (packet % 50 === 0 ? 0.004 : packet % 4 === 0 ? 0.02 : 0.3);
const MUSIC = (packet: number) => (packet % 2 === 0 ? 0.3 : 0.8);
const SILENCE = () => 0.0005;

interface Outcome {
  /** The largest distance of a packet from its place. */
  readonly errorSeconds: number;
  /** The same when the session is nearly over. */
  readonly lastErrorSeconds: number;
  readonly endSeconds: number;
  readonly lostSeconds: number;
  /** From the recording of a packet's end to its being played. */
  readonly delaySeconds: number;
  readonly stretch: number;
}

/** Delays count from `fromSeconds` on. */
function simulate(
  device: SimulatedDevice,
  peakOf: (packet: number) => number = SPEECH,
  fromSeconds = 0,
): Outcome {
  const placement = new Placement();
  const errors: { readonly atSeconds: number; readonly error: number }[] = [];
  let lostSeconds = 0;
  let delaySeconds = 0;
  let waitingSince: number | undefined;
  let packets = 0;
  let recordedSeconds = 0;
  for (const happening of happenings(device)) {
    const { type, atSeconds } = happening;
    if (type === "packet") {
      recordedSeconds = happening.recordedSeconds;
      waitingSince ??= recordedSeconds;
    }
    const placing =
      type === "packet"
        ? placement.push(happening.lengthSeconds, peakOf(packets++), atSeconds)
        : placement.tick(atSeconds);
    if (placing.action === "wait") continue;
    if (placing.isLoss) lostSeconds += placing.skipSeconds;
    if (waitingSince === undefined) continue;
    if (atSeconds >= fromSeconds) delaySeconds = Math.max(delaySeconds, atSeconds - waitingSince);
    waitingSince = undefined;
    errors.push({ atSeconds, error: Math.abs(placement.endSeconds - recordedSeconds - LATENCY_SECONDS) });
  }
  const largest = (from: number) =>
    errors.reduce((worst, { atSeconds, error }) => (atSeconds < from ? worst : Math.max(worst, error)), 0);
  return {
    errorSeconds: largest(0),
    lastErrorSeconds: largest(0.95 * device.seconds),
    endSeconds: placement.endSeconds,
    lostSeconds,
    delaySeconds,
    stretch: placement.stretch,
  };
}

describe("an hour of drift", () => {
  test.each([-200, -50, 0, 50, 200])("of %i ppm is followed", (driftPpm) => {
    const { errorSeconds, lastErrorSeconds, stretch } = simulate({ seconds: 3600, driftPpm }, MUSIC);
    expect(errorSeconds).toBeLessThan(0.01);
    expect(lastErrorSeconds).toBeLessThan(0.001);
    expect(stretch * 1e6).toBeCloseTo(-driftPpm, -1);
  });

  test("with packets of 20 ms that wait 20 ms in the mean", () => {
    const device = { seconds: 3600, driftPpm: 100, packetSeconds: 0.02, jitterSeconds: 0.02 };
    const { lastErrorSeconds, lostSeconds } = simulate(device);
    expect(lastErrorSeconds).toBeLessThan(0.02);
    expect(lostSeconds).toBe(0);
  });

  test("with pauses in it, as of a loopback that is silent between sounds", () => {
    const pauses = Array.from({ length: 60 }, (_, i) => [60 * i + 20, 60 * i + 30 + (i % 7)] as const);
    const { lastErrorSeconds, lostSeconds } = simulate({ seconds: 3600, driftPpm: -100, pauses });
    expect(lastErrorSeconds).toBeLessThan(0.01);
    expect(lostSeconds).toBe(0);
  });
});

describe("audio is placed where it was recorded", () => {
  test.each([
    ["a device that opens late", { startSeconds: 1 }],
    ["a device that was open before the session", { startSeconds: -0.5 }],
    ["packets of half a second", { packetSeconds: 0.5 }],
    ["a pause of 150 ms", { pauses: [[5, 5.15]] }],
    ["a pause of 3 s", { pauses: [[5, 8]] }],
    ["packets lost on their way", { losses: [[5, 5.3]] }],
    ["an event loop that is blocked for 4 s", { blocks: [[5, 9]] }],
    ["one that is blocked again and again", { blocks: blocks(0.35, 0.4) }],
    ["a burst after a second", { bursts: [[5, 6]] }],
  ] satisfies [string, Partial<SimulatedDevice>][])("%s", (_, device) => {
    const { errorSeconds, lostSeconds } = simulate({ seconds: 20, ...device }, MUSIC);
    expect(errorSeconds).toBeLessThan(0.01);
    expect(lostSeconds).toBe(0);
  });

  test("a gap too short to be told from jitter is mended in a pause of the speech", () => {
    const device = { seconds: 60, losses: [[5, 5.06]] } as const;
    expect(simulate(device).lastErrorSeconds).toBeLessThan(0.01);
  });
});

describe("while a device delivers nothing", () => {
  test("the clock goes on without it", () => {
    const { endSeconds } = simulate({ seconds: 60, pauses: [[10, 60]] });
    expect(endSeconds).toBeGreaterThan(59.5);
    expect(endSeconds).toBeLessThan(60);
  });

  test("what comes after a first short pause is held back for a second, to see whether it is one", () => {
    const { delaySeconds } = simulate({ seconds: 20, pauses: [[5, 6]] });
    expect(delaySeconds).toBeGreaterThan(1);
    expect(delaySeconds).toBeLessThan(1.1);
  });

  test("and what comes after later or longer pauses hardly at all", () => {
    expect(simulate({ seconds: 20, pauses: [[5, 8]] }).delaySeconds).toBeLessThan(0.3);
    const pauses = [
      [5, 6],
      [12, 13],
    ] as const;
    expect(simulate({ seconds: 20, pauses }, SPEECH, 10).delaySeconds).toBeLessThan(0.3);
  });

  test("nothing is held back where there is no pause", () => {
    expect(simulate({ seconds: 20 }).delaySeconds).toBeLessThan(0.3);
  });
});

describe("a burst for which silence has been played already", () => {
  test.each([0.4, 1.5])(
    "of %f s is kept, and speech is in its place again after the next pause",
    (seconds) => {
      const outcome = simulate({ seconds: 120, bursts: [[5, 5 + seconds]] });
      expect(outcome.lostSeconds).toBe(0);
      expect(outcome.lastErrorSeconds).toBeLessThan(0.02);
    },
  );

  test("costs nothing where it is silence itself", () => {
    const bursts = Array.from({ length: 10 }, (_, i) => [2 * i, 2 * i + 1.99] as const);
    const outcome = simulate({ seconds: 22, bursts }, SILENCE);
    expect(outcome.lostSeconds).toBe(0);
    expect(outcome.lastErrorSeconds).toBeLessThan(0.3);
  });

  test("is counted where it is too long to be kept", () => {
    // Nothing quiet to cut: by and by 2 s remain.
    const outcome = simulate({ seconds: 60, bursts: [[5, 15]] }, (packet) => (packet < 200 ? 0.01 : 0.5));
    expect(outcome.lostSeconds).toBeGreaterThan(5);
    expect(outcome.lostSeconds).toBeLessThan(8);
  });
});

test("another device starts with what is known of its clock, which is nothing", () => {
  const placement = new Placement();
  for (const happening of happenings({ seconds: 600, driftPpm: 200 })) {
    if (happening.type === "packet") placement.push(happening.lengthSeconds, 0.5, happening.atSeconds);
  }
  expect(placement.stretch).not.toBe(0);
  placement.restart();
  expect(placement.stretch).toBe(0);
});

function blocks(busySeconds: number, freeSeconds: number): [number, number][] {
  return Array.from({ length: 20 }, (_, i) => {
    const start = 2 + i * (busySeconds + freeSeconds);
    return [start, start + busySeconds];
  });
}
