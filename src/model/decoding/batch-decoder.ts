/**
 * Several windows decoded together: each step reads the weights once for all of them, and a window that ends makes room for
 * the next at once (continuous batching). Rows of window i lie at i × rowsPerWindow in the caches.
 */

import { CrossCache, SelfCache } from "../caches.js";
import type { DecodingOptions } from "../decoding-options.js";
import type { AlignedWord } from "../timing/aligned-word.js";
import type { WhisperTokenizer } from "../tokenizer.js";
import type { WhisperRuntime } from "../whisper-runtime.js";
import type { AlignmentRequest, LanguageResult, WindowRequest, WindowResult } from "../window.js";
import { type DetectedLanguage, LanguageMemory, languageProbabilities } from "./language.js";
import { filterLogits, probabilityOf, sampleToken } from "./logit-filters.js";
import { cutLoop, hasRepetition, reviewRepetitions, type TextAttention } from "./loop-guard.js";
import { seededRandom } from "./sampling.js";
import { firstTokenMask, suppressionMask } from "./suppression.js";
import { TextAligner } from "./text-aligner.js";
import { ANY_TOKEN, nextTokenConstraint } from "./timestamp-rules.js";
import type { RowChoice } from "./token-decoder.js";
import { type Attempt, WindowDecoder } from "./window-decoder.js";

interface Job {
  readonly window: WindowDecoder;
  readonly settle: (result: WindowResult) => void;
}

/** The caches of windows that run together with equally many rows each. */
interface Lane {
  readonly rowsPerWindow: number;
  readonly cache: SelfCache;
}

export class BatchDecoder {
  readonly #runtime: WhisperRuntime;
  readonly #tokenizer: WhisperTokenizer;
  readonly #cross: CrossCache;
  readonly #breathe: () => Promise<void>;
  readonly #aligner: TextAligner;
  readonly #noMask: Float32Array;
  readonly #jobs: Job[] = [];
  readonly #languages = new Map<number, LanguageMemory>();
  readonly #masks = new Map<string, { readonly later: Float32Array; readonly first: Float32Array }>();
  #main: Lane | undefined;
  #sampling: Lane | undefined;

  /** `breathe` is awaited between the steps of long work, and may throw to end it. */
  constructor(
    runtime: WhisperRuntime,
    tokenizer: WhisperTokenizer,
    maxWindows: number,
    breathe: () => Promise<void> = async () => {},
  ) {
    this.#breathe = breathe;
    this.#runtime = runtime;
    this.#tokenizer = tokenizer;
    this.#cross = new CrossCache(runtime.config, maxWindows);
    this.#aligner = new TextAligner(runtime, tokenizer, breathe);
    this.#noMask = new Float32Array(runtime.config.vocabularySize);
  }

  get isIdle(): boolean {
    return this.#jobs.length === 0;
  }

  /** The recording is over: its language is no longer needed. */
  forget(recording: number): void {
    this.#languages.delete(recording);
  }

  /** Whether there is room for the audio of another window. */
  get hasRoom(): boolean {
    return this.#jobs.length < this.#cross.slots;
  }

  /** Whether another window can join now: there is room, and it can share the steps of the others. */
  canAdmit({ options }: WindowRequest): boolean {
    if (!this.hasRoom) return false;
    return this.#jobs.every(({ window }) => canShareSteps(options, window.options));
  }

  /** Encodes the window and takes its first token; `settle` is called with its result during a later step. */
  async admit(request: WindowRequest, settle: (result: WindowResult) => void): Promise<void> {
    const slot = this.#jobs.length;
    const began = performance.now();
    await this.#runtime.encode(request.mel, this.#cross, slot);
    const encoded = performance.now();
    const lane = this.#mainLane(rowsOf(request.options));
    const language = await this.#languageOf(request, slot, lane);
    const { maxTextPositions } = this.#runtime.config;
    const window = new WindowDecoder(request, language, this.#tokenizer, maxTextPositions);
    window.encodeSeconds = (encoded - began) / 1000;
    this.#jobs.push({ window, settle });
    const temperature = request.options.temperatures[0]!;
    if (temperature > 0) await this.#sample(slot, temperature);
    else await this.#prefill(slot, window, lane, slot * lane.rowsPerWindow, 0);
    window.decodeSeconds += (performance.now() - encoded) / 1000;
    await this.#settleIfDone(slot);
  }

  /** Aligns a known text with the audio of a window; there must be room. */
  async align({ mel, ...text }: AlignmentRequest): Promise<AlignedWord[]> {
    const slot = this.#jobs.length;
    await this.#runtime.encode(mel, this.#cross, slot);
    return await this.#aligner.align({ ...text, cross: this.#cross.one(slot) });
  }

  /** Which language is spoken in a window, remembered for no other; there must be room. */
  async detectLanguage(mel: Float32Array): Promise<LanguageResult> {
    const { isMultilingual, languages } = this.#tokenizer;
    if (!isMultilingual) return { language: "en", probability: 1, probabilities: {} };
    const slot = this.#jobs.length;
    await this.#runtime.encode(mel, this.#cross, slot);
    const logits = await this.#startLogits(slot, this.#samplingLane(1), 0);
    const probabilities = languageProbabilities(logits, this.#tokenizer);
    const best = probabilities.indexOf(Math.max(...probabilities));
    return {
      language: languages[best]!,
      probability: probabilities[best]!,
      probabilities: Object.fromEntries(languages.map((code, i) => [code, probabilities[i]!])),
    };
  }

  /** One token for every window under way. */
  async step(): Promise<void> {
    const began = performance.now();
    const lane = this.#main!;
    const windows = this.#jobs.map(({ window }) => window);
    const [{ options, decoder }] = windows as [WindowDecoder]; // The others have the same: see canShareSteps.
    const rows = windows.flatMap((window) => rowInputs(window, this.#tokenizer.firstTimestampToken));
    lane.cache.fit(Math.max(...windows.map(({ cachedLength }) => cachedLength)) + 1);
    const { choices } = await this.#runtime.step({
      rows,
      cross: this.#cross.first(windows.length),
      cache: lane.cache,
      firstRow: 0,
      mask: this.#mask(options).later,
      topK: decoder.topK,
      logitIndex: [0],
      wantLogits: false,
    });
    windows.forEach((window, i) => {
      const firstRow = i * lane.rowsPerWindow;
      const cachedLength = window.cachedLength + 1;
      for (const { from, to } of window.advance(choices.slice(firstRow, firstRow + lane.rowsPerWindow))) {
        lane.cache.copyRow(firstRow + from, firstRow + to, cachedLength);
      }
    });
    for (const [slot, window] of windows.entries()) await this.#cutLoops(window, slot);
    const share = (performance.now() - began) / 1000 / windows.length;
    for (const window of windows) window.decodeSeconds += share;
    for (let slot = this.#jobs.length - 1; slot >= 0; slot--) await this.#settleIfDone(slot);
  }

  /** Ends a window that is done: its result, or other temperatures first. The last window moves into its place. */
  async #settleIfDone(slot: number): Promise<void> {
    const { window, settle } = this.#jobs[slot]!;
    if (!window.isDone) return;
    const [first, ...others] = window.options.temperatures;
    let attempt = await this.#reviewed(window, window.attempt(first!), slot);
    for (const temperature of others) {
      if (!window.hasFailed(attempt)) break;
      const began = performance.now();
      window.restart(temperature);
      await this.#sample(slot, temperature);
      attempt = await this.#reviewed(window, window.attempt(temperature), slot);
      window.decodeSeconds += (performance.now() - began) / 1000;
    }
    settle(window.result(attempt, await this.#wordsOf(window, attempt, slot)));
    this.#remove(slot);
  }

  #remove(slot: number): void {
    const last = this.#jobs.length - 1;
    if (slot !== last) {
      const { rowsPerWindow, cache } = this.#main!;
      const moved = this.#jobs[last]!;
      this.#cross.copySlot(last, slot);
      for (let row = 0; row < rowsPerWindow; row++) {
        cache.copyRow(last * rowsPerWindow + row, slot * rowsPerWindow + row, moved.window.cachedLength);
      }
      this.#jobs[slot] = moved;
    }
    this.#jobs.pop();
  }

  /** The whole of a window at a temperature above 0, on its own: rare, and its rows differ in number. */
  async #sample(slot: number, temperature: number): Promise<void> {
    const { window } = this.#jobs[slot]!;
    const lane = this.#samplingLane(window.decoder.rows);
    await this.#prefill(slot, window, lane, 0, temperature);
    const random = seededRandom(slotSeed(window.request, temperature) + 1);
    const { later } = this.#mask(window.options);
    while (!window.isDone) {
      await this.#breathe();
      const rows = rowInputs(window, this.#tokenizer.firstTimestampToken);
      const { logits } = await this.#runtime.step({
        rows,
        cross: this.#cross.one(slot),
        cache: lane.cache,
        firstRow: 0,
        mask: later,
        topK: 1,
        logitIndex: [0],
        wantLogits: true,
      });
      const size = this.#runtime.config.vocabularySize;
      window.advance(
        rows.map(({ constraint }, row) => {
          const own = logits.subarray(row * size, (row + 1) * size);
          return sampleToken(
            own,
            filterLogits(own, later, constraint, this.#runtime.config),
            temperature,
            random,
          );
        }),
      );
      await this.#cutLoops(window, slot);
    }
  }

  /** Ends the sequences that have run into a loop. */
  async #cutLoops(window: WindowDecoder, slot: number): Promise<void> {
    for (const { tokens, row } of window.suspicious) {
      const cut = cutLoop(tokens, this.#tokenizer, await this.#attentionOf(window, tokens, slot));
      if (cut !== undefined) window.decoder.cut(row, cut);
    }
  }

  async #reviewed(window: WindowDecoder, attempt: Attempt, slot: number): Promise<Attempt> {
    const { endToken } = this.#tokenizer;
    if (!window.options.loopGuard || !hasRepetition(attempt.tokens, endToken)) return attempt;
    const attention = await this.#attentionOf(window, attempt.tokens, slot);
    return window.reviewed(attempt, reviewRepetitions(attempt.tokens, endToken, attention));
  }

  #attentionOf(window: WindowDecoder, tokens: readonly number[], slot: number): Promise<TextAttention> {
    return this.#aligner.attend({
      cross: this.#cross.one(slot),
      windowSeconds: window.request.windowSeconds,
      language: window.language,
      task: window.options.task,
      tokens: tokens.filter((token) => token < this.#tokenizer.endToken),
    });
  }

  /** Runs the prompt in one row, reads the probability of no speech, and lets the decoder take its first tokens. */
  async #prefill(
    slot: number,
    window: WindowDecoder,
    lane: Lane,
    firstRow: number,
    temperature: number,
  ): Promise<void> {
    const { prompt, decoder } = window;
    const { config } = this.#runtime;
    const constraint = nextTokenConstraint([], config.firstTimestampToken);
    const { first } = this.#mask(window.options);
    const { choices, logits } = await this.#runtime.step({
      rows: [{ newTokens: prompt, pastLength: 0, constraint }],
      cross: this.#cross.one(slot),
      cache: lane.cache,
      firstRow,
      mask: first,
      topK: decoder.topK,
      logitIndex: [window.startIndex, prompt.length - 1],
      wantLogits: true,
    });
    const size = config.vocabularySize;
    window.noSpeechProb = probabilityOf(this.#tokenizer.noSpeechToken, logits.subarray(0, size));
    const last = logits.subarray(size, 2 * size);
    const firstChoices = temperature > 0 ? this.#firstSamples(window, last, first, temperature) : choices;
    for (const { from, to } of window.advance(firstChoices)) {
      lane.cache.copyRow(firstRow + from, firstRow + to, prompt.length);
    }
  }

  #firstSamples(
    window: WindowDecoder,
    logits: Float32Array,
    mask: Float32Array,
    temperature: number,
  ): RowChoice[] {
    const { firstTimestampToken } = this.#runtime.config;
    const logSum = filterLogits(
      logits,
      mask,
      nextTokenConstraint([], firstTimestampToken),
      this.#runtime.config,
    );
    const random = seededRandom(slotSeed(window.request, temperature));
    return Array.from({ length: window.decoder.rows }, () =>
      sampleToken(logits, logSum, temperature, random),
    );
  }

  async #languageOf(request: WindowRequest, slot: number, lane: Lane): Promise<DetectedLanguage> {
    const { language } = request.options;
    if (!this.#tokenizer.isMultilingual) return { language: "en", probability: 1 };
    if (language !== undefined) return { language, probability: 1 };
    const memory = this.#languages.get(request.recording) ?? new LanguageMemory();
    this.#languages.set(request.recording, memory);
    const logits = await this.#startLogits(slot, lane, slot * lane.rowsPerWindow);
    const probabilities = languageProbabilities(logits, this.#tokenizer);
    const noSpeechProb = probabilityOf(this.#tokenizer.noSpeechToken, logits);
    return memory.observe(probabilities, this.#tokenizer.languages, 1 - noSpeechProb);
  }

  /** What may follow `<|startoftranscript|>` in the window in the slot; `row` of the lane is overwritten. */
  async #startLogits(slot: number, lane: Lane, row: number): Promise<Float32Array> {
    const { logits } = await this.#runtime.step({
      rows: [{ newTokens: [this.#tokenizer.startToken], pastLength: 0, constraint: ANY_TOKEN }],
      cross: this.#cross.one(slot),
      cache: lane.cache,
      firstRow: row,
      mask: this.#noMask,
      topK: 1,
      logitIndex: [0],
      wantLogits: true,
    });
    return logits;
  }

  async #wordsOf(
    window: WindowDecoder,
    attempt: Attempt,
    slot: number,
  ): Promise<readonly AlignedWord[] | undefined> {
    const { wantWords, windowSeconds, options } = window.request;
    if (wantWords !== true) return undefined;
    const began = performance.now();
    const words = await this.#aligner.align({
      cross: this.#cross.one(slot),
      windowSeconds,
      language: window.language,
      task: options.task,
      tokens: window.textTokens(attempt),
    });
    window.decodeSeconds += (performance.now() - began) / 1000;
    return words;
  }

  #mainLane(rowsPerWindow: number): Lane {
    if (this.#main?.rowsPerWindow !== rowsPerWindow)
      this.#main = this.#lane(rowsPerWindow, this.#cross.slots);
    return this.#main;
  }

  #samplingLane(rows: number): Lane {
    if (this.#sampling?.rowsPerWindow !== rows) this.#sampling = this.#lane(rows, 1);
    return this.#sampling;
  }

  #lane(rowsPerWindow: number, windows: number): Lane {
    return {
      rowsPerWindow,
      cache: new SelfCache(this.#runtime.config, rowsPerWindow * windows),
    };
  }

  #mask({ suppressTokens }: DecodingOptions): { readonly later: Float32Array; readonly first: Float32Array } {
    const key = maskKey(suppressTokens);
    let masks = this.#masks.get(key);
    if (masks === undefined) {
      const later = suppressionMask(this.#tokenizer, this.#runtime.config.vocabularySize, suppressTokens);
      masks = { later, first: firstTokenMask(later, this.#tokenizer) };
      this.#masks.set(key, masks);
    }
    return masks;
  }
}

/** One step has one mask, and of each window as many rows; how many tokens are chosen from follows from the rows. */
function canShareSteps(a: DecodingOptions, b: DecodingOptions): boolean {
  return rowsOf(a) === rowsOf(b) && maskKey(a.suppressTokens) === maskKey(b.suppressTokens);
}

function maskKey(suppressTokens: readonly number[]): string {
  return suppressTokens.join();
}

function rowsOf({ beamSize }: DecodingOptions): number {
  return Math.max(1, beamSize);
}

/** Every row takes part in a step, those without a living hypothesis too: they repeat another's token and are not read. */
function rowInputs(window: WindowDecoder, firstTimestampToken: number) {
  const { active, rows } = window.decoder;
  const pastLength = window.cachedLength;
  return Array.from({ length: rows }, (_, row) => {
    const { tokens } = active.find((hypothesis) => hypothesis.row === row) ?? active[0]!;
    return {
      newTokens: [tokens.at(-1)!],
      pastLength,
      constraint: nextTokenConstraint(tokens, firstTimestampToken),
    };
  });
}

/** The same recording gives the same samples, whatever else is decoded beside it. */
function slotSeed({ mel, windowSeconds }: WindowRequest, temperature: number): number {
  const middle = mel[mel.length >> 1] ?? 0;
  return (
    Math.round(windowSeconds * 1000) * 31 + Math.round(temperature * 10) * 7919 + Math.round(middle * 1e6)
  );
}
