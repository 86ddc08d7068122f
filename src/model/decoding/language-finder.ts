/** Finds the language of a window by a step of its own. */
import type { WhisperTokenizer } from "../tokenizer.js";
import type { WhisperRuntime } from "../whisper-runtime.js";
import type { LanguageResult, WindowRequest } from "../window.js";
import { type DetectedLanguage, LanguageMemory, languageProbabilities } from "./language.js";
import { probabilityOf } from "./logit-filters.js";
import type { WindowPlace } from "./single-window.js";
import { ANY_TOKEN } from "./timestamp-rules.js";

export class LanguageFinder {
  readonly #runtime: WhisperRuntime;
  readonly #tokenizer: WhisperTokenizer;
  readonly #noMask: Float32Array;
  readonly #memories = new Map<number, LanguageMemory>();

  constructor(runtime: WhisperRuntime, tokenizer: WhisperTokenizer) {
    this.#runtime = runtime;
    this.#tokenizer = tokenizer;
    this.#noMask = new Float32Array(runtime.config.vocabularySize);
  }

  /** The recording is over: its language is no longer needed. */
  forget(recording: number): void {
    this.#memories.delete(recording);
  }

  /** The language of a recording, once it is sure. */
  settled(recording: number): DetectedLanguage | undefined {
    return this.#memories.get(recording)?.settled;
  }

  /** The language to decode a window in: the one asked for, the recording's, or what its audio says. */
  async of({ options, recording }: WindowRequest, place: WindowPlace): Promise<DetectedLanguage> {
    if (!this.#tokenizer.isMultilingual) return { language: "en", probability: 1 };
    if (options.language !== undefined) return { language: options.language, probability: 1 };
    const memory = this.#memories.get(recording) ?? new LanguageMemory();
    this.#memories.set(recording, memory);
    const logits = await this.#startLogits(place);
    const probabilities = languageProbabilities(logits, this.#tokenizer);
    const noSpeechProb = probabilityOf(this.#tokenizer.noSpeechToken, logits);
    return memory.observe(probabilities, this.#tokenizer.languages, 1 - noSpeechProb);
  }

  /** What the audio of a window says, remembered for no other. */
  async detect(place: WindowPlace): Promise<LanguageResult> {
    const { isMultilingual, languages } = this.#tokenizer;
    if (!isMultilingual) return { language: "en", probability: 1, probabilities: {} };
    const probabilities = languageProbabilities(await this.#startLogits(place), this.#tokenizer);
    const best = probabilities.indexOf(Math.max(...probabilities));
    return {
      language: languages[best]!,
      probability: probabilities[best]!,
      probabilities: Object.fromEntries(languages.map((code, i) => [code, probabilities[i]!])),
    };
  }

  /** What may follow `<|startoftranscript|>` [vocabulary]; the place's tokens are forgotten. */
  async #startLogits({ cross, cache, window }: WindowPlace): Promise<Float32Array> {
    cache.clear(window);
    const { logits } = await this.#runtime.step({
      rows: [{ newTokens: [this.#tokenizer.startToken], constraint: ANY_TOKEN }],
      cross,
      cache,
      firstWindow: window,
      mask: this.#noMask,
      topK: 1,
      logitIndex: [0],
      wantLogits: true,
    });
    return logits;
  }
}
