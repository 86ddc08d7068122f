/** What was said so far, as the prompt of the next window. Source: openai/whisper transcribe.py:229-236, 277-284, 499-505. */

/** Half of the 448 positions of text, less the token that opens a prompt. */
const MAX_PROMPT_TOKENS = 223;

interface PromptOptions {
  /** Feeds the text of each window to the next. */
  readonly conditionOnPreviousText: boolean;
  /** Tokens of a text to begin with; empty: none. */
  readonly initial: readonly number[];
  /** Puts the initial text in front of every window, not of the first alone. */
  readonly carryInitial: boolean;
}

/** Above this temperature a text is too doubtful to steer the next. */
const HOTTEST_TO_CONDITION_ON = 0.5;

export class PromptHistory {
  readonly #options: PromptOptions;
  readonly #tokens: number[];
  #resetSince = 0;

  constructor(options: PromptOptions) {
    this.#options = options;
    this.#tokens = [...options.initial];
  }

  /** For the next window; the decoder takes as much of its end as there is room for. */
  get prompt(): number[] {
    const { initial, carryInitial } = this.#options;
    if (!carryInitial) return this.#tokens.slice(this.#resetSince);
    const room = MAX_PROMPT_TOKENS - initial.length;
    const since = Math.max(initial.length, this.#resetSince);
    // Python's [-0:] is everything, and so is a slice from 0 here.
    const said = this.#tokens.slice(since).slice(-room);
    return [...initial, ...said];
  }

  /** Takes the tokens of a window's segments, timestamps included. */
  add(tokens: readonly number[], temperature: number): void {
    this.#tokens.push(...tokens);
    if (!this.#options.conditionOnPreviousText || temperature > HOTTEST_TO_CONDITION_ON) {
      this.#resetSince = this.#tokens.length;
    }
  }
}
