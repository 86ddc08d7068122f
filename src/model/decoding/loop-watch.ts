/** Watches the windows under way for loops, with a look at their audio where one seems to begin (loop-guard.ts decides). */
import type { Tensor } from "../ort.js";
import type { WhisperTokenizer } from "../tokenizer.js";
import { cutLoop, hasRepetition, reviewRepetitions, type TextAttention } from "./loop-guard.js";
import type { TextAligner } from "./text-aligner.js";
import type { Attempt, WindowDecoder } from "./window-decoder.js";

type Cross = Record<string, Tensor>;

export class LoopWatch {
  readonly #aligner: TextAligner;
  readonly #tokenizer: WhisperTokenizer;

  constructor(aligner: TextAligner, tokenizer: WhisperTokenizer) {
    this.#aligner = aligner;
    this.#tokenizer = tokenizer;
  }

  /** Ends the sequences that have run into a loop. `cross`: keys and values of the window's audio. */
  async cut(window: WindowDecoder, cross: Cross): Promise<void> {
    for (const { tokens, row } of window.suspicious) {
      const cut = cutLoop(tokens, this.#tokenizer, await this.#attentionOf(window, tokens, cross));
      if (cut !== undefined) window.decoder.cut(row, cut);
    }
  }

  /** The attempt without copies that nobody said. */
  async reviewed(window: WindowDecoder, attempt: Attempt, cross: Cross): Promise<Attempt> {
    const { endToken } = this.#tokenizer;
    if (!window.options.loopGuard || !hasRepetition(attempt.tokens, endToken)) return attempt;
    const attention = await this.#attentionOf(window, attempt.tokens, cross);
    return window.reviewed(attempt, reviewRepetitions(attempt.tokens, endToken, attention));
  }

  #attentionOf(window: WindowDecoder, tokens: readonly number[], cross: Cross): Promise<TextAttention> {
    return this.#aligner.attend({
      cross,
      windowSeconds: window.request.windowSeconds,
      language: window.language,
      task: window.options.task,
      tokens: tokens.filter((token) => token < this.#tokenizer.endToken),
    });
  }
}
