/** Subtracts the echo that is predicted from frames of the microphone, learns from what is left, and judges it. */
import { EchoPathFilter } from "./echo-path-filter.js";
import { ResidueJudge } from "./residue-judge.js";

/** Half a frame: the filter learns twice a frame. */
export const BLOCK_SAMPLES = 256;

export class EchoSubtractor {
  readonly #filter: EchoPathFilter;
  readonly #judge: ResidueJudge;
  readonly #echo: Float32Array;

  /** A path of which nothing is known but `[taps]` of power that is expected in it, a whole number of blocks; for frames of so many samples. */
  static expecting(power: Float64Array, frameSamples: number): EchoSubtractor {
    const filter = new EchoPathFilter(BLOCK_SAMPLES, power.length / BLOCK_SAMPLES);
    filter.reset(power);
    return new EchoSubtractor(filter, new ResidueJudge(), frameSamples);
  }

  private constructor(filter: EchoPathFilter, judge: ResidueJudge, frameSamples: number) {
    this.#filter = filter;
    this.#judge = judge;
    this.#echo = new Float32Array(frameSamples);
  }

  /** Another one that knows as much, for frames that do not follow on those that this one has heard. */
  copy(): EchoSubtractor {
    return new EchoSubtractor(this.#filter.copy(), this.#judge.copy(), this.#echo.length);
  }

  /** Of the last frame. */
  get verdict(): ResidueJudge["verdict"] {
    return this.#judge.verdict;
  }

  /** Takes the echo of the loopback's frame, and of those before, out of the microphone's, in place. */
  subtract(microphone: Float32Array, loopback: Float32Array): void {
    for (let start = 0; start < microphone.length; start += BLOCK_SAMPLES) {
      const block = microphone.subarray(start, start + BLOCK_SAMPLES);
      const echo = this.#echo.subarray(start, start + BLOCK_SAMPLES);
      this.#filter.predict(loopback.subarray(start, start + BLOCK_SAMPLES), echo);
      const before = energy(block);
      for (let i = 0; i < BLOCK_SAMPLES; i++) block[i] = block[i]! - echo[i]!;
      // Silence to the last bit is a microphone that is paused or gone, and no room without an echo.
      if (before > 0) this.#filter.learn(block);
      // A prediction that makes it louder is none.
      if (energy(block) > before) for (let i = 0; i < BLOCK_SAMPLES; i++) block[i] = block[i]! + echo[i]!;
    }
    this.#judge.push(microphone, this.#echo);
  }
}

function energy(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! * samples[i]!;
  return sum;
}
