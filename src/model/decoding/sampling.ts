/** Sampling at a temperature above 0, `bestOf` sequences at once (openai/whisper decoding.py:270-298). */
import {
  addLogprob,
  type Finished,
  finishedByCut,
  type Hypothesis,
  type LoopCut,
  type RowChoice,
  type RowCopy,
  type TokenDecoder,
} from "./token-decoder.js";

/** Each row's choice is one token, already sampled (see sampleToken): sampling needs the full logits. */
export class Sampling implements TokenDecoder {
  readonly rows: number;
  readonly topK = 1;
  #sequences: (Hypothesis & { readonly isDone: boolean; readonly left?: Finished })[];
  readonly #endToken: number;

  constructor(bestOf: number, endToken: number) {
    this.rows = bestOf;
    this.#endToken = endToken;
    this.#sequences = Array.from({ length: bestOf }, (_, row) => ({
      tokens: [],
      sumLogprob: 0,
      sums: [],
      row,
      isDone: false,
    }));
  }

  get active(): readonly Hypothesis[] {
    return this.#sequences.filter((sequence) => !sequence.isDone);
  }

  get isDone(): boolean {
    return this.#sequences.every((sequence) => sequence.isDone);
  }

  /** After the prompt all rows share row 0's cache, but each has drawn its own first token. */
  advance(choices: readonly RowChoice[]): readonly RowCopy[] {
    const isFirst = this.#sequences.every(({ tokens, isDone }) => tokens.length === 0 && !isDone);
    this.#sequences = this.#sequences.map((sequence) => {
      if (sequence.isDone) return sequence;
      const choice = choices[sequence.row]!;
      const token = choice.tokens[0]!;
      const isDone = token === this.#endToken;
      const tokens = isDone ? sequence.tokens : [...sequence.tokens, token];
      const sumLogprob = addLogprob(sequence.sumLogprob, choice.logprobs[0]!);
      return { ...sequence, tokens, isDone, sumLogprob, sums: [...sequence.sums, sumLogprob] };
    });
    return isFirst ? this.#sequences.slice(1).map(({ row }) => ({ from: 0, to: row })) : [];
  }

  cut(row: number, cut: LoopCut): void {
    const sequence = this.#sequences[row]!;
    this.#sequences[row] = { ...sequence, isDone: true, left: finishedByCut(sequence, cut) };
  }

  results(): Finished[] {
    const whole = this.#sequences.filter(({ left }) => left === undefined);
    return whole.length > 0 ? whole : this.#sequences.map(({ left }) => left!);
  }
}

/** A generator of numbers in [0, 1) from a seed, so that a transcription can be repeated (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
