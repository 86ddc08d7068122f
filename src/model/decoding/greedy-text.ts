/** A text that grows by its most probable tokens, behind a beginning that is given. */
import type { RowChoice } from "./token-decoder.js";

export interface GreedyTextOptions {
  /** What the text begins with, whatever the model thinks of it. */
  readonly prefix: readonly number[];
  /** Tokens it may have, the prefix among them. */
  readonly maxTokens: number;
  readonly endToken: number;
  /** A text neither begins with these nor is it empty (openai/whisper decoding.py:423-430), but for one with a prefix. */
  readonly blankTokens: readonly number[];
}

export class GreedyText {
  readonly #options: GreedyTextOptions;
  readonly #tokens: number[] = [];
  readonly #logprobs: number[] = [];
  #endLogprob = 0;
  #isDone = false;
  #isCut = false;
  #smallestMargin = Number.POSITIVE_INFINITY;

  constructor(options: GreedyTextOptions) {
    this.#options = options;
  }

  get tokens(): readonly number[] {
    return this.#tokens;
  }

  /** Of each token. */
  get logprobs(): readonly number[] {
    return this.#logprobs;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  /** It began again, and what it repeated is gone. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** The least by which a token was more probable than the next best (difference of log-probabilities). */
  get smallestMargin(): number {
    return this.#smallestMargin;
  }

  /** Mean log-probability of what was chosen, the end included (decoding.py:760-762). */
  get avgLogprob(): number {
    const chosen = this.#logprobs.slice(this.#options.prefix.length);
    const sum = chosen.reduce((total, logprob) => total + logprob, this.#endLogprob);
    return sum / (chosen.length + 1);
  }

  /**
   * Takes the choice at the last position, best first, and returns the token that comes there; undefined where the text is over.
   * `forcedLogprob` is that of the prefix's token there, if any. The choice needs as many tokens as choiceSize() says.
   */
  take(choice: RowChoice, forcedLogprob: number): number | undefined {
    const { prefix, maxTokens, endToken } = this.#options;
    const forced = prefix[this.#tokens.length];
    if (forced !== undefined) return this.#push(forced, forcedLogprob);
    if (this.#tokens.length >= maxTokens) return this.#end();
    const { token, logprob, margin } = this.#best(choice);
    this.#smallestMargin = Math.min(this.#smallestMargin, margin);
    if (token === endToken) {
      this.#endLogprob = logprob;
      return this.#end();
    }
    return this.#push(token, logprob);
  }

  /** Ends it with the first `kept` tokens, but not before the end of its prefix. */
  cut(kept: number): void {
    this.#isCut = true;
    this.#tokens.length = Math.max(kept, this.#options.prefix.length);
    this.#logprobs.length = this.#tokens.length;
    this.#end();
  }

  #push(token: number, logprob: number): number {
    this.#tokens.push(token);
    this.#logprobs.push(logprob);
    return token;
  }

  #end(): undefined {
    this.#isDone = true;
  }

  #best({ tokens, logprobs }: RowChoice): { token: number; logprob: number; margin: number } {
    const { endToken, blankTokens } = this.#options;
    const isForbidden = (token: number) =>
      this.#tokens.length === 0 && (token === endToken || blankTokens.includes(token));
    const [first, second] = tokens.flatMap((token, i) => (isForbidden(token) ? [] : [i])) as [number, number];
    const forbidden = tokens.reduce(
      (sum, token, i) => sum + (isForbidden(token) ? Math.exp(logprobs[i]!) : 0),
      0,
    );
    return {
      token: tokens[first]!,
      logprob: logprobs[first]! - Math.log1p(-forbidden),
      margin: logprobs[first]! - logprobs[second]!,
    };
  }
}

/** Tokens to choose from: the best two behind those that must not come first. */
export function choiceSize(blankTokens: readonly number[]): number {
  return blankTokens.length + 1 + 2;
}
