/** Subtracts the echo that is predicted from frames of the microphone, learns from what is left, and judges it. */
import { EchoPathFilter } from "./echo-path-filter.js";
import { energy } from "./energy.js";
import { ResidueJudge } from "./residue-judge.js";

/** Half a frame: the filter learns twice a frame. */
export const BLOCK_SAMPLES = 256;

/** Share of a block in running means: a quarter of a second. */
const MEAN_SHARE = 0.06;
/** A right prediction takes its own energy away, one that has nothing to do with what is heard adds as much: beyond this part it is wrong. */
const WRONG_SHARE = 0.5;

export class EchoSubtractor {
  readonly #filter: EchoPathFilter;
  readonly #judge: ResidueJudge;
  readonly #echo: Float32Array;
  /** Running means of what subtracting added to the energy of a block, and of the energy that was subtracted. */
  #gained = 0;
  #subtracted = 0;

  /** A path of which nothing is known but `[taps]` of power that is expected in it, a whole number of blocks; for frames of so many samples. */
  static expecting(power: Float64Array, frameSamples: number): EchoSubtractor {
    return new EchoSubtractor(new EchoPathFilter(BLOCK_SAMPLES, power), new ResidueJudge(), frameSamples);
  }

  private constructor(filter: EchoPathFilter, judge: ResidueJudge, frameSamples: number) {
    this.#filter = filter;
    this.#judge = judge;
    this.#echo = new Float32Array(frameSamples);
  }

  /**
   * Another one that knows as much, for frames that do not follow on those that this one has heard. `unsteadiness`: the path may change so many
   * times as fast as it is taken to do at first.
   */
  copy(unsteadiness: number): EchoSubtractor {
    return new EchoSubtractor(this.#filter.copy(unsteadiness), this.#judge.copy(), this.#echo.length);
  }

  /** Of the last frame. */
  get verdict(): ResidueJudge["verdict"] {
    return this.#judge.verdict;
  }

  /**
   * A prediction that makes it louder is none. Looked at over a while: where echo and voice meet in opposite phase, as they do for a block now
   * and then, what is left without the echo is louder than with it.
   */
  #isWrong(before: number, after: number, echo: number): boolean {
    this.#gained += MEAN_SHARE * (after - before - this.#gained);
    this.#subtracted += MEAN_SHARE * (echo - this.#subtracted);
    return this.#gained > WRONG_SHARE * this.#subtracted;
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
      if (before === 0 || this.#isWrong(before, energy(block), energy(echo)))
        for (let i = 0; i < BLOCK_SAMPLES; i++) block[i] = block[i]! + echo[i]!;
    }
    this.#judge.push(microphone, this.#echo);
  }
}
