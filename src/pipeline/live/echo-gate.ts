/** Brings the loopback to the microphone: what the loudspeakers play is taken out before anybody looks for a voice. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  ECHO_DELAY_FRAMES,
  ECHO_FRAME_SAMPLES,
  EchoCanceller,
  type EchoFrame,
} from "../../dsp/echo/echo-canceller.js";
import { peakOf } from "../../dsp/level.js";
import { SAMPLE_RATE_HZ } from "../../units.js";

/** So late may the loopback's frame be after the microphone's of the same time; then silence stands for it. */
const MAX_WAIT_MS = 150;
/** Of the loopback are kept for a microphone that is late. */
const MAX_FRAMES = 300;

/** What the loopback plays and a microphone may hear. */
const ECHO_AMPLITUDE = 0.001;
/** So long afterwards it may still do so: the longest lag, a room, and two seconds that a voice detector holds back. */
const ECHO_FRAMES = Math.round((3 * SAMPLE_RATE_HZ) / ECHO_FRAME_SAMPLES);

const SILENCE = new Float32Array(ECHO_FRAME_SAMPLES);

export class EchoGate {
  readonly #canceller: EchoCanceller;
  readonly #maxWaitMs: number | undefined;
  /** Of the loopback, from frame `#firstFrame` on. */
  readonly #loopback: Float32Array[] = [];
  #firstFrame = 0;
  /** The next frame of the microphone. */
  #frame = 0;
  /** The loopback has been waited for in vain, and not been heard since. */
  #isLate = false;
  #hasEnded = false;
  #onFrame = () => {};
  readonly #lateFrames: ReadonlySet<number> | undefined;
  #wasLate = false;
  #framesSincePlayed = Number.POSITIVE_INFINITY;

  /**
   * auto: there must be proof of a leak; on: its first sign is enough. `isLive`: the loopback is not waited for longer than a moment.
   * `lateFrames`: of what was recorded, those that it was waited for in vain.
   */
  constructor(mode: "auto" | "on", isLive: boolean, lateFrames?: ReadonlySet<number>) {
    this.#lateFrames = lateFrames;
    this.#canceller = new EchoCanceller(mode);
    this.#maxWaitMs = isLive ? MAX_WAIT_MS : undefined;
  }

  /** Whether the frame that was cleaned last had to do without the loopback's. */
  get wasLate(): boolean {
    return this.#wasLate;
  }

  /** Whether there may be something of the loopback in what the microphone hears. */
  get mayEcho(): boolean {
    return this.#framesSincePlayed <= ECHO_FRAMES;
  }

  /** The loopback's next frame; only its last may be shorter than 512 samples. */
  hear(loopback: Float32Array): void {
    this.#loopback.push(loopback);
    this.#isLate = false;
    while (this.#loopback.length > MAX_FRAMES) this.#drop();
    this.#onFrame();
  }

  /** The loopback is over: silence follows. */
  endLoopback(): void {
    this.#hasEnded = true;
    this.#onFrame();
  }

  /** Takes the microphone's next frame; returns one of a moment before without the echo in it; at first undefined. */
  async clean(microphone: Float32Array): Promise<EchoFrame | undefined> {
    const loopback = whole(await this.#loopbackAt(this.#frame++));
    this.#framesSincePlayed = peakOf(loopback) >= ECHO_AMPLITUDE ? 0 : this.#framesSincePlayed + 1;
    return this.#canceller.process(whole(microphone), loopback);
  }

  /** The microphone's last frames: as many come out as went in. */
  end(): EchoFrame[] {
    const rest = Array.from({ length: ECHO_DELAY_FRAMES }, () => this.#canceller.process(SILENCE, SILENCE));
    return rest.flatMap((frame) => frame ?? []);
  }

  async #loopbackAt(frame: number): Promise<Float32Array> {
    while (!this.#isThere(frame) && !this.#isGivenUp(frame)) await this.#nextFrame();
    this.#wasLate = !this.#isThere(frame) && !this.#hasEnded;
    while (this.#firstFrame < frame && this.#loopback.length > 0) this.#drop();
    return this.#firstFrame === frame ? (this.#loopback[0] ?? SILENCE) : SILENCE;
  }

  #isGivenUp(frame: number): boolean {
    return this.#hasEnded || (this.#lateFrames?.has(frame) ?? this.#isLate);
  }

  #isThere(frame: number): boolean {
    return frame < this.#firstFrame + this.#loopback.length;
  }

  /** Settles with the loopback's next frame, or when it has been waited for long enough. */
  async #nextFrame(): Promise<void> {
    const arrived = new Promise<"arrived">((resolve) => {
      this.#onFrame = () => resolve("arrived");
    });
    if (this.#maxWaitMs === undefined) {
      await arrived;
      return;
    }
    const waiting = new AbortController();
    const late = sleep(this.#maxWaitMs, "late" as const, waiting).catch(() => "late" as const);
    if ((await Promise.race([arrived, late])) === "late") this.#isLate = true;
    waiting.abort();
  }

  #drop(): void {
    this.#loopback.shift();
    this.#firstFrame++;
  }
}

/** The end of a channel, as if silence followed. */
function whole(frame: Float32Array): Float32Array {
  if (frame.length === ECHO_FRAME_SAMPLES) return frame;
  const filled = new Float32Array(ECHO_FRAME_SAMPLES);
  filled.set(frame);
  return filled;
}
