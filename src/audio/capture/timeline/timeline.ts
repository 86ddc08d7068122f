/**
 * The packets of a device, and silence where there are none, as 16 kHz mono samples without gaps: sample n is at n / 16000 s of the
 * session. Pure: what time it is comes with every call.
 */
import { Resampler } from "../../../dsp/resample.js";
import { traceSpan } from "../../../tracing.js";
import { SAMPLE_RATE_HZ } from "../../../units.js";
import type { CapturePacket } from "../backend.js";
import { MAX_SILENCE_SAMPLES } from "./bounded-queue.js";
import { Placement, type Placing } from "./placement.js";
import { toMono } from "./to-mono.js";

type Packet = Omit<CapturePacket, "arrivedMs">;

export class Timeline {
  readonly #emit: (samples: Float32Array) => void;
  readonly #placement = new Placement();
  /** Of the device that delivers now. */
  #resampler: Resampler | undefined;
  /** Its samples that are not placed yet. */
  #waiting: Float32Array[] = [];
  #output = new Float32Array(0);
  #emittedSamples = 0;
  #lostSeconds = 0;

  /** `emit` is given the samples in their order, to keep. */
  constructor(emit: (samples: Float32Array) => void) {
    this.#emit = emit;
  }

  /** Sound that came so late that others stand in its place. */
  get lostSeconds(): number {
    return this.#lostSeconds;
  }

  /** `arrivedSeconds` is when its last frame arrived, in time of the session. */
  push({ samples, channels, sampleRateHz }: Packet, arrivedSeconds: number): void {
    const mono = toMono(samples, channels);
    if (mono.length === 0) return;
    if (this.#resampler?.inputRateHz !== sampleRateHz) this.#changeRate(sampleRateHz);
    this.#waiting.push(mono);
    this.#apply(this.#placement.push(mono.length / sampleRateHz, peakOf(mono), arrivedSeconds));
  }

  /** To be called about 20 times a second, whether packets come or not. */
  tick(nowSeconds: number): void {
    this.#apply(this.#placement.tick(nowSeconds));
  }

  /** No packet follows, or none of the same device: gives away what was held back. */
  end(): void {
    this.#apply(this.#placement.restart());
    this.#finishRun();
  }

  #changeRate(sampleRateHz: number): void {
    this.end();
    this.#resampler = new Resampler(sampleRateHz, SAMPLE_RATE_HZ, { adjustable: true });
  }

  #apply(placing: Placing): void {
    if (placing.action === "wait") return;
    const { silenceUntilSeconds, skipSeconds, isLoss } = placing;
    if (silenceUntilSeconds !== undefined) {
      this.#finishRun();
      this.#emitSilence(Math.round(silenceUntilSeconds * SAMPLE_RATE_HZ) - this.#emittedSamples);
    }
    if (isLoss) this.#lostSeconds += skipSeconds;
    this.#emitWaiting(skipSeconds);
  }

  #emitWaiting(skipSeconds: number): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const resampler = this.#resampler;
    if (resampler === undefined) return;
    resampler.stretch(this.#placement.stretch);
    let skipFrames = Math.round(skipSeconds * resampler.inputRateHz);
    const began = performance.now();
    for (const mono of waiting) {
      const skipped = Math.min(skipFrames, mono.length);
      skipFrames -= skipped;
      const output = this.#outputFor(resampler, mono.length);
      this.#give(output.slice(0, resampler.process(mono.subarray(skipped), output)));
    }
    traceSpan("audio", "resample", began);
  }

  /** Ends what the resampler still holds back, so that silence or another device may follow. */
  #finishRun(): void {
    const resampler = this.#resampler;
    if (resampler === undefined) return;
    const output = this.#outputFor(resampler, 0);
    this.#give(output.slice(0, resampler.flush(output)));
  }

  #outputFor(resampler: Resampler, inputSamples: number): Float32Array {
    const length = resampler.maxOutputSamples(inputSamples);
    if (this.#output.length < length) this.#output = new Float32Array(length);
    return this.#output;
  }

  #emitSilence(samples: number): void {
    for (let left = samples; left > 0; left -= MAX_SILENCE_SAMPLES) {
      this.#give(new Float32Array(Math.min(left, MAX_SILENCE_SAMPLES)));
    }
  }

  #give(samples: Float32Array): void {
    if (samples.length === 0) return;
    this.#emittedSamples += samples.length;
    this.#emit(samples);
  }
}

function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (let i = 0; i < samples.length; i++) peak = Math.max(peak, Math.abs(samples[i]!));
  return peak;
}
