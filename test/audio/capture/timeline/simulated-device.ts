/** A device, its way to us and an event loop, in simulated time. */

export interface SimulatedDevice {
  readonly seconds: number;
  /** Its clock is so much faster than the session's. */
  readonly driftPpm?: number;
  readonly packetSeconds?: number;
  /** When its first sample is recorded. */
  readonly startSeconds?: number;
  /** Mean of what a packet is late, beyond LATENCY_SECONDS. */
  readonly jitterSeconds?: number;
  /** Nothing is recorded from … to. */
  readonly pauses?: readonly (readonly [number, number])[];
  /** What is recorded meanwhile is delivered in one burst, on time only for its end. */
  readonly bursts?: readonly (readonly [number, number])[];
  /** Nobody reads the clock or a packet from … to. */
  readonly blocks?: readonly (readonly [number, number])[];
  /** Packets recorded meanwhile are lost on their way. */
  readonly losses?: readonly (readonly [number, number])[];
}

export type Happening =
  | { readonly type: "tick"; readonly atSeconds: number }
  | {
      readonly type: "packet";
      readonly atSeconds: number;
      /** As the device counts. */
      readonly lengthSeconds: number;
      /** When its last sample was recorded, in time of the session. */
      readonly recordedSeconds: number;
    };

/** What every packet waits at least. */
export const LATENCY_SECONDS = 0.02;
const TICK_SECONDS = 0.05;

/** What happens, in its order. */
export function happenings(device: SimulatedDevice): Happening[] {
  const { seconds, bursts = [], blocks = [] } = device;
  const all: Happening[] = [];
  let lastArrival = 0;
  for (const { recordedSeconds, lengthSeconds, jitterSeconds } of recorded(device)) {
    const ready = endOf(bursts, recordedSeconds) + LATENCY_SECONDS + jitterSeconds;
    lastArrival = Math.max(lastArrival, endOf(blocks, ready));
    all.push({ type: "packet", atSeconds: lastArrival, lengthSeconds, recordedSeconds });
  }
  for (let at = 0; at < seconds; at += TICK_SECONDS) {
    if (endOf(blocks, at) === at) all.push({ type: "tick", atSeconds: at });
  }
  // Timers come before what was read, as in Node.
  for (const [, end] of blocks) all.push({ type: "tick", atSeconds: end });
  return all.sort(
    (a, b) => a.atSeconds - b.atSeconds || Number(a.type === "packet") - Number(b.type === "packet"),
  );
}

function* recorded(device: SimulatedDevice) {
  const { seconds, driftPpm = 0, packetSeconds = 0.01, startSeconds = 0 } = device;
  const { jitterSeconds = 0.008, pauses = [], losses = [] } = device;
  const random = randomNumbers();
  const trueSeconds = packetSeconds / (1 + driftPpm * 1e-6);
  for (let from = startSeconds; from < seconds; from += trueSeconds) {
    from = endOf(pauses, from);
    const recordedSeconds = from + trueSeconds;
    const jitter = -Math.log(1 - random()) * jitterSeconds;
    if (endOf(losses, from) === from) {
      yield { recordedSeconds, lengthSeconds: packetSeconds, jitterSeconds: jitter };
    }
  }
}

/** The end of the span that holds `at`, or `at` itself. */
function endOf(spans: readonly (readonly [number, number])[], at: number): number {
  return spans.find(([from, to]) => at >= from && at < to)?.[1] ?? at;
}

/** Between 0 and 1, the same every time. */
function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
