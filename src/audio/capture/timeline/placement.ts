/**
 * Where on the session's timeline a device's audio belongs, told only how long packets are and when they arrived. All times are in
 * seconds of the session.
 *
 * A packet was recorded before it arrived, most of them shortly before: audio is placed so that its end meets the earliest arrivals.
 * Packets that come late all the same belong behind the one before, as long as those that follow them are not late too: that is what a blocked
 * event loop looks like. Where all stay late, the device has paused, and silence goes before them.
 */
import { DriftControl } from "./drift-control.js";
import { LatenessEnvelope } from "./lateness-envelope.js";

/** What to do with the packets that wait, the newest included. */
export type Placing =
  | { readonly action: "wait" }
  | {
      readonly action: "play";
      /** Silence goes before them, up to here; undefined: they follow what was played before. */
      readonly silenceUntilSeconds: number | undefined;
      /** Comes off their beginning. */
      readonly skipSeconds: number;
      /** Whether what is skipped may be missed. */
      readonly isLoss: boolean;
    };

/** A packet that is later than this is suspected to come after a pause. Jitter is less. */
const SUSPICIOUS_SECONDS = 0.1;
/**
 * How long packets are held back after a gap to see whether others catch up. A device that has paused before will do so again and needs
 * no more than jitter takes; of the others it is rather the machine that is too busy, sound server included.
 */
const HOLD_SECONDS = { pausing: 0.2, steady: 1 } as const;
/** A device that delivers nothing for this long is silent, and the clock goes on without it … */
const GRACE_SECONDS = { pausing: 0.4, steady: 1.2 } as const;
/** … that much less behind, so that what was only late still finds room. */
const FILL_AHEAD_SECONDS = 0.1;
/** Of the time between two ticks counts no more than this: when the event loop is blocked, packets cannot be read either. */
const MAX_TICK_SECONDS = 0.1;
/** The grace time is longer by the longest packet, but no more than this. */
const MAX_PACKET_SECONDS = 0.5;
/** A larger error is not left to the slow control: it is mended in the next quiet packet. */
const TOLERANCE_SECONDS = 0.015;
/** Audio that came too late, after silence had been put in its place, may run ahead of the clock by this until there is a pause to cut. */
const MAX_AHEAD_SECONDS = 2;
/** Packets that are no louder are quiet in any company: -54 dBFS. */
const QUIET_PEAK = 0.002;
/** Nor is anything louder than this quiet, however loud the rest: -34 dBFS. */
const MAX_QUIET_PEAK = 0.02;

export class Placement {
  readonly #envelope = new LatenessEnvelope();
  readonly #drift = new DriftControl();
  #endSeconds = 0;
  #isSettled = false;
  #habit: keyof typeof HOLD_SECONDS = "steady";
  #waitingSeconds = 0;
  #waitingSinceSeconds = 0;
  #waitingLatenessSeconds = 0;
  #waitingPeak = 0;
  #sinceLastPacketSeconds = 0;
  #longestPacketSeconds = 0;
  #tickedSeconds: number | undefined;

  /** Where what was played so far ends. */
  get endSeconds(): number {
    return this.#endSeconds;
  }

  /** By this part of its length the audio has to be made longer from now on; negative: shorter. */
  get stretch(): number {
    return this.#drift.stretch;
  }

  /** Takes a packet; `peak` is the largest amplitude in it. */
  push(lengthSeconds: number, peak: number, arrivedSeconds: number): Placing {
    const stretchedSeconds = lengthSeconds * (1 + this.#drift.stretch);
    this.#sinceLastPacketSeconds = 0;
    const longest = Math.min(lengthSeconds, MAX_PACKET_SECONDS);
    this.#longestPacketSeconds = Math.max(this.#longestPacketSeconds, longest);
    const lateness = arrivedSeconds - (this.#endSeconds + this.#waitingSeconds + stretchedSeconds);
    if (this.#waitingSeconds === 0) {
      this.#waitingSinceSeconds = arrivedSeconds;
      this.#waitingLatenessSeconds = lateness;
      this.#waitingPeak = 0;
    }
    this.#waitingSeconds += stretchedSeconds;
    this.#waitingPeak = Math.max(this.#waitingPeak, peak);
    this.#waitingLatenessSeconds = Math.min(this.#waitingLatenessSeconds, lateness);
    if (lateness < -SUSPICIOUS_SECONDS) this.#habit = "steady";
    if (!this.#isSettled || lateness > SUSPICIOUS_SECONDS) return this.#decide(arrivedSeconds);
    this.#follow(arrivedSeconds, lateness, peak);
    return this.#play(this.#correction(lateness, peak));
  }

  /** To be called about 20 times a second: how much of the time until now is silence, because the device delivers nothing. */
  tick(nowSeconds: number): Placing {
    const elapsed = nowSeconds - (this.#tickedSeconds ?? nowSeconds);
    this.#tickedSeconds = nowSeconds;
    this.#sinceLastPacketSeconds += Math.min(elapsed, MAX_TICK_SECONDS);
    if (this.#waitingSeconds > 0) return this.#decide(nowSeconds);
    if (this.#sinceLastPacketSeconds < this.#graceSeconds) return WAIT;
    this.#habit = "pausing";
    const untilSeconds = nowSeconds - this.#graceSeconds + FILL_AHEAD_SECONDS;
    if (untilSeconds <= this.#endSeconds) return WAIT;
    const placing = this.#play({ moveSeconds: untilSeconds - this.#endSeconds, isLoss: false });
    // Where the next packet belongs is an open question again.
    this.#isSettled = false;
    return placing;
  }

  /** For packets of another device: what was learned of the last one does not hold. Plays what waits of it. */
  restart(): Placing {
    const placing = this.#waitingSeconds > 0 ? this.#place() : WAIT;
    this.#isSettled = false;
    this.#habit = "steady";
    this.#longestPacketSeconds = 0;
    this.#drift.reset();
    return placing;
  }

  get #graceSeconds(): number {
    return GRACE_SECONDS[this.#habit] + this.#longestPacketSeconds;
  }

  #decide(nowSeconds: number): Placing {
    const holdSeconds = HOLD_SECONDS[this.#endSeconds === 0 ? "pausing" : this.#habit];
    return nowSeconds - this.#waitingSinceSeconds < holdSeconds ? WAIT : this.#place();
  }

  /** Plays what waits so that it ends when it arrived. */
  #place(): Placing {
    this.#envelope.reset();
    if (this.#waitingLatenessSeconds > SUSPICIOUS_SECONDS && this.#endSeconds > 0) this.#habit = "pausing";
    // Where silence has been played in its place already, sound comes after it; what is before the session is no part of it.
    const isTooLate = this.#waitingLatenessSeconds < 0 && this.#endSeconds > 0;
    const isWanted = this.#waitingPeak > QUIET_PEAK;
    return this.#play({
      moveSeconds: isTooLate && isWanted ? 0 : this.#waitingLatenessSeconds,
      isLoss: false,
    });
  }

  /** Lets the slow control see a packet. */
  #follow(arrivedSeconds: number, lateness: number, peak: number): void {
    this.#envelope.add(arrivedSeconds, lateness, peak);
    const behind = this.#envelope.leastLatenessSeconds;
    if (behind !== undefined) this.#drift.update(arrivedSeconds, behind);
  }

  /** What mends an error that the slow control would take too long for. */
  #correction(lateness: number, peak: number): Move {
    // No packet arrives before it was recorded: one that is early proves that audio is ahead. To be behind takes all of them.
    const error = Math.min(lateness, this.#envelope.leastLatenessSeconds ?? 0);
    if (this.#isQuiet(peak) && Math.abs(error) > TOLERANCE_SECONDS)
      return { moveSeconds: error, isLoss: false };
    if (error < -MAX_AHEAD_SECONDS) return { moveSeconds: error, isLoss: true };
    return { moveSeconds: 0, isLoss: false };
  }

  #isQuiet(peak: number): boolean {
    const floor = this.#envelope.leastPeak ?? 0;
    return peak <= Math.max(QUIET_PEAK, Math.min(2 * floor, MAX_QUIET_PEAK));
  }

  /** Plays what waits that much later than right behind what was played before; where that is earlier, without its beginning. */
  #play({ moveSeconds, isLoss }: Move): Placing {
    const skipSeconds = Math.min(Math.max(-moveSeconds, 0), this.#waitingSeconds);
    const silenceUntilSeconds = moveSeconds > 0 ? this.#endSeconds + moveSeconds : undefined;
    this.#endSeconds = (silenceUntilSeconds ?? this.#endSeconds) + this.#waitingSeconds - skipSeconds;
    this.#waitingSeconds = 0;
    this.#isSettled = true;
    this.#envelope.moveBy(moveSeconds > 0 ? moveSeconds : -skipSeconds);
    return { action: "play", silenceUntilSeconds, skipSeconds, isLoss: isLoss && skipSeconds > 0 };
  }
}

interface Move {
  /** Positive: later. */
  readonly moveSeconds: number;
  readonly isLoss: boolean;
}

const WAIT: Placing = { action: "wait" };
