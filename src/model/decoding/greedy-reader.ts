/**
 * Greedy decoding that reads several tokens at a time where it knows or guesses what comes: the prompt, a prefix, a draft. What it
 * would not have chosen itself is dropped again.
 */
import { TOKENS_PER_SECOND } from "../../units.js";
import type { TokenChoice } from "../token-choice.js";
import type { WhisperRuntime } from "../whisper-runtime.js";
import { attendedFrame } from "./attended-frame.js";
import { AttentionRows } from "./attention-rows.js";
import { choiceSize, GreedyText, type GreedyTextOptions } from "./greedy-text.js";
import { probabilityOf } from "./logit-filters.js";
import { keptBeforeRestart } from "./restart-guard.js";
import type { WindowPlace } from "./single-window.js";
import type { TokenConstraint } from "./timestamp-rules.js";

/** Tokens read at once: the logits of each take 0.2 MB several times over (docs/notes/memory.md). */
const BLOCK_TOKENS = 8;
/**
 * Products of several rows are rounded in another order than those of one. Where the best two tokens are closer than twice what that
 * has ever changed, the draft is given up (docs/notes/partials.md).
 */
const TIE_MARGIN = 0.01;
const NO_TIMESTAMPS: TokenConstraint = {
  textAllowed: true,
  specialAllowed: true,
  timestampLow: 1,
  timestampHigh: 0,
};

export interface GreedyTask extends GreedyTextOptions {
  readonly place: WindowPlace;
  /** [vocabulary] */
  readonly mask: Float32Array;
  /** Everything in front of the text. */
  readonly prompt: readonly number[];
  /** Where `<|startoftranscript|>` stands in it. */
  readonly startIndex: number;
  readonly noSpeechToken: number;
  /** Positions with audio, 20 ms each. */
  readonly audioFrames: number;
  readonly signal: AbortSignal;
}

export interface GreedyReading {
  readonly text: GreedyText;
  /** From `<|startoftranscript|>` to the last token of the text. */
  readonly attention: AttentionRows;
  readonly noSpeechProb: number;
}

export class GreedyReader {
  readonly #runtime: WhisperRuntime;
  readonly #breathe: () => Promise<void>;

  /** `breathe` is awaited between two steps, and may throw to end the work. */
  constructor(runtime: WhisperRuntime, breathe: () => Promise<void>) {
    this.#runtime = runtime;
    this.#breathe = breathe;
  }

  /** The same with any draft; undefined where the signal is aborted. */
  async read(task: GreedyTask, draft: readonly number[]): Promise<GreedyReading | undefined> {
    return (await this.#read(task, draft)) ?? (await this.#read(task, []));
  }

  /** Undefined where the signal is aborted, or where a draft leaves a choice too close to call. */
  async #read(task: GreedyTask, draft: readonly number[]): Promise<GreedyReading | undefined> {
    const { place, prompt, startIndex, prefix, maxTokens, audioFrames } = task;
    const text = new GreedyText(task);
    const attention = new AttentionRows(this.#runtime.config.alignmentHeads.length, audioFrames);
    const guessed = draft.slice(0, maxTokens - prefix.length);
    let pending = [...prompt, ...prefix, ...guessed];
    let read = 0;
    let noSpeechProb = 0;
    place.cache.clear(place.window);
    while (!text.isDone) {
      await this.#breathe();
      if (task.signal.aborted) return undefined;
      const block = pending.slice(0, BLOCK_TOKENS);
      const step = await this.#step(task, block, read);
      noSpeechProb = step.noSpeechProb ?? noSpeechProb;
      attention.append(step.alignment, block.length, startIndex - read);
      let right = Math.min(step.firstChoice, block.length);
      let next = pending[right];
      while (right < block.length) {
        const choice = right - step.firstChoice;
        next = text.take(step.choices[choice]!, step.choices[choice]!.targetLogprob);
        cutIfRestarted(text, attention, task);
        right++;
        if (text.isDone || next !== pending[right]) break;
      }
      if (guessed.length > 0 && text.smallestMargin < TIE_MARGIN) return undefined;
      read += right;
      pending = next === pending[right] ? pending.slice(right) : [next!];
      place.cache.truncateRow(place.window, 0, read);
      attention.truncate(read - startIndex);
    }
    attention.truncate(prompt.length - startIndex + text.tokens.length);
    return { text, attention, noSpeechProb };
  }

  /** Reads `block` behind the `read` tokens before it. */
  async #step(
    { place, mask, prompt, startIndex, prefix, blankTokens, noSpeechToken }: GreedyTask,
    block: readonly number[],
    read: number,
  ): Promise<{
    /** Where in the block the first choice is made; there is one at every token from there on. */
    readonly firstChoice: number;
    /** Their targets are the prefix's tokens that follow. */
    readonly choices: readonly TokenChoice[];
    readonly alignment: Float32Array;
    /** Where the block holds `<|startoftranscript|>`. */
    readonly noSpeechProb: number | undefined;
  }> {
    const firstChoice = Math.max(0, prompt.length - 1 - read);
    const start = startIndex - read;
    const holdsStart = start >= 0 && start < block.length;
    const places = block.flatMap((_, i) => (i >= firstChoice ? [i] : []));
    const wanted = holdsStart ? [start, ...places] : places;
    // Of a block that is all prompt nothing is wanted, but something must be asked for.
    const logitIndex = wanted.length > 0 ? wanted : [0];
    const known = [...prompt, ...prefix];
    const { choices, alignment, logits } = await this.#runtime.step({
      rows: [{ newTokens: block, constraint: NO_TIMESTAMPS }],
      cross: place.cross,
      cache: place.cache,
      firstWindow: place.window,
      mask,
      topK: choiceSize(blankTokens),
      logitIndex,
      wantLogits: holdsStart,
      targets: logitIndex.map((i) => (i >= firstChoice ? (known[read + i + 1] ?? 0) : 0)),
      wantAlignment: true,
    });
    const others = holdsStart ? 1 : 0;
    const { vocabularySize } = this.#runtime.config;
    return {
      firstChoice,
      choices: choices.slice(others),
      alignment,
      noSpeechProb: holdsStart ? probabilityOf(noSpeechToken, logits.subarray(0, vocabularySize)) : undefined,
    };
  }
}

function cutIfRestarted(text: GreedyText, attention: AttentionRows, task: GreedyTask): void {
  if (text.isDone || text.tokens.length <= task.prefix.length) return;
  // The row before a token foretells it.
  const firstRow = task.prompt.length - 1 - task.startIndex;
  const kept = keptBeforeRestart(text.tokens, (from, to) => {
    return attendedFrame(attention.scores(), firstRow + from, firstRow + to) / TOKENS_PER_SECOND;
  });
  if (kept !== undefined) text.cut(kept);
}
