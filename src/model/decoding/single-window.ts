/** What a window does on its own: reading its prompt, and all of it at a temperature above 0. */
import type { Tensor } from "../ort.js";
import { SelfCache } from "../self-cache.js";
import type { WhisperTokenizer } from "../tokenizer.js";
import type { RowInput, WhisperRuntime } from "../whisper-runtime.js";
import { filterLogits, probabilityOf, sampleToken } from "./logit-filters.js";
import type { LoopWatch } from "./loop-watch.js";
import { seededRandom } from "./sampling.js";
import type { TokenMasks } from "./suppression.js";
import type { RowChoice } from "./token-decoder.js";
import type { WindowDecoder } from "./window-decoder.js";

/** Where a window's audio and tokens lie. */
export interface WindowPlace {
  readonly cross: Record<string, Tensor>;
  readonly cache: SelfCache;
  /** Its place in the cache. */
  readonly window: number;
}

export class SingleWindow {
  readonly #runtime: WhisperRuntime;
  readonly #tokenizer: WhisperTokenizer;
  readonly #masks: TokenMasks;
  readonly #loops: LoopWatch;
  readonly #breathe: () => Promise<void>;
  readonly #samplingCache: SelfCache;

  /** `breathe` is awaited between two steps, and may throw to end the work. */
  constructor(
    runtime: WhisperRuntime,
    tokenizer: WhisperTokenizer,
    masks: TokenMasks,
    loops: LoopWatch,
    breathe: () => Promise<void>,
  ) {
    this.#runtime = runtime;
    this.#tokenizer = tokenizer;
    this.#masks = masks;
    this.#loops = loops;
    this.#breathe = breathe;
    this.#samplingCache = new SelfCache(runtime.config, 1, runtime.crossStorage);
  }

  /** Reads the prompt and lets the decoder take its first tokens, at temperature 0. */
  async begin(window: WindowDecoder, place: WindowPlace): Promise<void> {
    const { choices } = await this.#readPrompt(window, place);
    advance(window, choices, place);
  }

  /** The whole of a window at a temperature above 0: rare, and its rows differ in number from those of the others. */
  async sample(window: WindowDecoder, temperature: number, cross: WindowPlace["cross"]): Promise<void> {
    const { config } = this.#runtime;
    const place = { cross, cache: this.#samplingCache, window: 0 };
    const { logits: first } = await this.#readPrompt(window, place);
    advance(window, this.#firstSamples(window, first, temperature), place);
    const random = seededRandom(seedOf(window, temperature) + 1);
    const { later } = this.#masks.of(window.options);
    while (!window.isDone) {
      await this.#breathe();
      const rows = rowInputs(window);
      const { logits } = await this.#runtime.step({
        rows,
        cross,
        cache: place.cache,
        firstWindow: 0,
        mask: later,
        topK: 1,
        logitIndex: [0],
        wantLogits: true,
      });
      const choices = rows.map(({ constraint }, row) => {
        const own = logits.subarray(row * config.vocabularySize, (row + 1) * config.vocabularySize);
        return sampleToken(own, filterLogits(own, later, constraint, config), temperature, random);
      });
      advance(window, choices, place);
      await this.#loops.cut(window, cross);
    }
  }

  /** Runs the prompt in one row and notes the probability of no speech; `logits` [vocabulary] of the first token. */
  async #readPrompt(
    window: WindowDecoder,
    { cross, cache, window: at }: WindowPlace,
  ): Promise<{ readonly choices: readonly RowChoice[]; readonly logits: Float32Array }> {
    const { prompt, decoder } = window;
    const { vocabularySize } = this.#runtime.config;
    cache.clear(at);
    const { choices, logits } = await this.#runtime.step({
      rows: [{ newTokens: prompt, constraint: window.constraintAfter([]) }],
      cross,
      cache,
      firstWindow: at,
      mask: this.#masks.of(window.options).first,
      topK: decoder.topK,
      logitIndex: [window.startIndex, prompt.length - 1],
      wantLogits: true,
    });
    window.noSpeechProb = probabilityOf(this.#tokenizer.noSpeechToken, logits.subarray(0, vocabularySize));
    return { choices: choices.slice(-1), logits: logits.subarray(vocabularySize, 2 * vocabularySize) };
  }

  #firstSamples(window: WindowDecoder, logits: Float32Array, temperature: number): RowChoice[] {
    const { config } = this.#runtime;
    const constraint = window.constraintAfter([]);
    const logSum = filterLogits(logits, this.#masks.of(window.options).first, constraint, config);
    const random = seededRandom(seedOf(window, temperature));
    return Array.from({ length: window.decoder.rows }, () =>
      sampleToken(logits, logSum, temperature, random),
    );
  }
}

/** Every row takes part in a step, those without a living hypothesis too: they repeat another's token and are not read. */
export function rowInputs(window: WindowDecoder): RowInput[] {
  const { active, rows } = window.decoder;
  return Array.from({ length: rows }, (_, row) => {
    const { tokens } = active.find((hypothesis) => hypothesis.row === row) ?? active[0]!;
    return { newTokens: [tokens.at(-1)!], constraint: window.constraintAfter(tokens) };
  });
}

function advance(window: WindowDecoder, choices: readonly RowChoice[], place: WindowPlace): void {
  for (const { from, to } of window.advance(choices)) place.cache.copyRow(place.window, from, to);
}

function seedOf({ request, audioSeed }: WindowDecoder, temperature: number): number {
  return (
    Math.round(request.windowSeconds * 1000) * 31 +
    Math.round(temperature * 10) * 7919 +
    Math.round(audioSeed * 1e6)
  );
}
