/** How hypotheses grow: the interface that greedy, beam search and sampling share, and the greedy one. */

/** A sequence being decoded. `row` is where its self-attention cache lies among the rows of its window. */
export interface Hypothesis {
  /** Tokens after the prompt, the end token not included. */
  readonly tokens: readonly number[];
  readonly sumLogprob: number;
  /** The sum as it was after each token, so that a sequence can be cut. */
  readonly sums: readonly number[];
  readonly row: number;
}

/** The best tokens for one row, best first; log-probabilities are -Infinity where the rules left no more. */
export interface RowChoice {
  readonly tokens: readonly number[];
  readonly logprobs: readonly number[];
}

/** A row whose cache must first become a copy of another row's. */
export interface RowCopy {
  readonly from: number;
  readonly to: number;
}

export interface Finished {
  readonly tokens: readonly number[];
  readonly sumLogprob: number;
  /** The sum as it was after each token; another may follow for the end token. */
  readonly sums: readonly number[];
  /** Log-probability that it competes without, 0 or more: it departs from text that was shown (shown-text.ts). */
  readonly handicap?: number;
  /** Where the sequence ran into a loop: what is left of it. */
  readonly cut?: LoopCut;
}

/** What the loop guard leaves of a sequence. */
export interface LoopCut {
  readonly tokens: readonly number[];
  /** How many of the sequence's own tokens are among them, from the start on; a timestamp may follow. */
  readonly length: number;
  /** Where the part that is kept ends in the window. */
  readonly endSeconds: number;
  /** True where nothing stands before the loop, and not even that was said twice. */
  readonly isAllLoop: boolean;
}

export interface TokenDecoder {
  /** Rows it occupies in each step. */
  readonly rows: number;
  /** How many tokens of each row it wants to choose from. */
  readonly topK: number;
  /** Sequences still growing, at most one a row; rows without one are stepped along unused. */
  readonly active: readonly Hypothesis[];
  /** Takes the choice of every row (only row 0 after the prompt) and returns which caches to copy before the next step. */
  advance(choices: readonly RowChoice[]): readonly RowCopy[];
  /** Ends the sequence in this row, which has run into a loop: it counts only where no other sequence is left. */
  cut(row: number, cut: LoopCut): void;
  readonly isDone: boolean;
  /** The candidates to rank, unfinished ones included where too few have ended. */
  results(): Finished[];
}

/** A sequence as far as it is kept. */
export function finishedByCut({ sums }: Pick<Hypothesis, "sums">, cut: LoopCut): Finished {
  return { tokens: cut.tokens, sumLogprob: sums[cut.length - 1] ?? 0, sums: sums.slice(0, cut.length), cut };
}

/** Sums are kept in float32, as the reference keeps them, so that ties and thresholds fall alike. */
export function addLogprob(sum: number, logprob: number): number {
  return Math.fround(sum + logprob);
}

/** The most probable token at every step (openai/whisper decoding.py:270-298 at temperature 0). */
export class GreedyDecoder implements TokenDecoder {
  readonly rows = 1;
  readonly topK = 1;
  isDone = false;
  #best: Hypothesis = { tokens: [], sumLogprob: 0, sums: [], row: 0 };
  #cut: Finished | undefined;
  readonly #endToken: number;

  constructor(endToken: number) {
    this.#endToken = endToken;
  }

  get active(): readonly Hypothesis[] {
    return this.isDone ? [] : [this.#best];
  }

  advance([choice]: readonly RowChoice[]): readonly RowCopy[] {
    const token = choice!.tokens[0]!;
    const sumLogprob = addLogprob(this.#best.sumLogprob, choice!.logprobs[0]!);
    this.isDone = token === this.#endToken;
    this.#best = {
      tokens: this.isDone ? this.#best.tokens : [...this.#best.tokens, token],
      sumLogprob,
      sums: [...this.#best.sums, sumLogprob],
      row: 0,
    };
    return [];
  }

  cut(_row: number, cut: LoopCut): void {
    this.#cut = finishedByCut(this.#best, cut);
    this.isDone = true;
  }

  results(): Finished[] {
    return [this.#cut ?? this.#best];
  }
}
