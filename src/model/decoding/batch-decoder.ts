/**
 * Several windows decoded together: each step reads the weights once for all of them, and a window that ends makes room for
 * the next at once (continuous batching). Window i lies at place i of the caches.
 */
import { traceSpan } from "../../tracing.js";
import { CrossCache } from "../cross-cache.js";
import type { DecodingOptions } from "../decoding-options.js";
import { SelfCache } from "../self-cache.js";
import type { AlignedWord } from "../timing/aligned-word.js";
import type { UnalignedWords } from "../timing/unaligned-words.js";
import type { WhisperTokenizer } from "../tokenizer.js";
import type { WhisperRuntime } from "../whisper-runtime.js";
import type { AlignmentRequest, LanguageResult, WindowRequest, WindowResult } from "../window.js";
import type { DetectedLanguage } from "./language.js";
import { LanguageFinder } from "./language-finder.js";
import { LoopWatch } from "./loop-watch.js";
import { rowInputs, SingleWindow, type WindowPlace } from "./single-window.js";
import { maskKey, TokenMasks } from "./suppression.js";
import { TextAligner } from "./text-aligner.js";
import { type Attempt, WindowDecoder } from "./window-decoder.js";

/** Takes the result of a window: its `alignment` is empty where words are still to be aligned. */
export type Settle = (result: WindowResult, words: UnalignedWords | undefined) => void;

interface Job {
  readonly window: WindowDecoder;
  readonly settle: Settle;
}

export class BatchDecoder {
  readonly #runtime: WhisperRuntime;
  readonly #tokenizer: WhisperTokenizer;
  readonly #cross: CrossCache;
  readonly #cache: SelfCache;
  readonly #masks: TokenMasks;
  readonly #languages: LanguageFinder;
  readonly #single: SingleWindow;
  readonly #aligner: TextAligner;
  readonly #loops: LoopWatch;
  readonly #jobs: Job[] = [];

  /** `breathe` is awaited between the steps of long work, and may throw to end it. */
  constructor(
    runtime: WhisperRuntime,
    tokenizer: WhisperTokenizer,
    maxWindows: number,
    breathe: () => Promise<void> = async () => {},
  ) {
    this.#runtime = runtime;
    this.#tokenizer = tokenizer;
    this.#cross = new CrossCache(runtime.config, maxWindows, runtime.crossStorage);
    this.#cache = new SelfCache(runtime.config, maxWindows, runtime.crossStorage);
    this.#masks = new TokenMasks(tokenizer, runtime.config.vocabularySize);
    this.#languages = new LanguageFinder(runtime, tokenizer);
    this.#aligner = new TextAligner(runtime, tokenizer, breathe);
    this.#loops = new LoopWatch(this.#aligner, tokenizer);
    this.#single = new SingleWindow(runtime, tokenizer, this.#masks, this.#loops, breathe);
  }

  get isIdle(): boolean {
    return this.#jobs.length === 0;
  }

  /** The recording is over: its language is no longer needed. */
  forget(recording: number): void {
    this.#languages.forget(recording);
  }

  /** The language of a recording, once it is sure. */
  settledLanguage(recording: number): DetectedLanguage | undefined {
    return this.#languages.settled(recording);
  }

  /** How many steps those under way are likely to take. */
  get stepsLeft(): number {
    return Math.max(0, ...this.#jobs.map(({ window }) => window.stepsLeft));
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
  async admit(request: WindowRequest, settle: Settle): Promise<void> {
    const slot = this.#jobs.length;
    const began = performance.now();
    // Before the mel is given away; of a window that was encoded ahead it is gone.
    const audioSeed = request.mel[request.mel.length >> 1] ?? 0;
    await this.#runtime.encode(request.mel, this.#cross, slot);
    const encoded = performance.now();
    traceSpan("engine", "encode", began, {}, encoded);
    const language = await this.#languages.of(request, this.#place(slot));
    const { maxTextPositions } = this.#runtime.config;
    const window = new WindowDecoder(request, language, this.#tokenizer, maxTextPositions);
    window.encodeSeconds = (encoded - began) / 1000;
    window.audioSeed = audioSeed;
    this.#jobs.push({ window, settle });
    const temperature = request.options.temperatures[0]!;
    if (temperature > 0) await this.#single.sample(window, temperature, this.#cross.one(slot));
    else await this.#single.begin(window, this.#place(slot));
    window.decodeSeconds += (performance.now() - encoded) / 1000;
    traceSpan("engine", "decode", encoded, { first: true, beams: window.decoder.rows });
    await this.#settleIfDone(slot);
  }

  /** Aligns a known text with the audio of a window; there must be room. */
  async align({ mel, ...text }: AlignmentRequest): Promise<readonly AlignedWord[]> {
    const slot = this.#jobs.length;
    await this.#runtime.encode(mel, this.#cross, slot);
    return await this.#aligner.align({ ...text, cross: this.#cross.one(slot) });
  }

  /** Which language is spoken in a window, remembered for no other; there must be room. */
  async detectLanguage(mel: Float32Array): Promise<LanguageResult> {
    const slot = this.#jobs.length;
    if (this.#tokenizer.isMultilingual) await this.#runtime.encode(mel, this.#cross, slot);
    return await this.#languages.detect(this.#place(slot));
  }

  /** One token for every window under way. */
  async step(): Promise<void> {
    const began = performance.now();
    const windows = this.#jobs.map(({ window }) => window);
    const [{ options, decoder }] = windows as [WindowDecoder]; // The others have the same: see canShareSteps.
    const { choices } = await this.#runtime.step({
      rows: windows.flatMap((window) => rowInputs(window)),
      cross: this.#cross.first(windows.length),
      cache: this.#cache,
      firstWindow: 0,
      mask: this.#masks.of(options).later,
      topK: decoder.topK,
      logitIndex: [0],
      wantLogits: false,
    });
    windows.forEach((window, place) => {
      const { rows } = window.decoder;
      for (const { from, to } of window.advance(choices.slice(place * rows, (place + 1) * rows)))
        this.#cache.copyRow(place, from, to);
    });
    for (const [slot, window] of windows.entries()) await this.#loops.cut(window, this.#cross.one(slot));
    const share = (performance.now() - began) / 1000 / windows.length;
    traceSpan("engine", "decode", began, { windows: windows.length, beams: decoder.rows });
    for (const window of windows) window.decodeSeconds += share;
    for (let slot = this.#jobs.length - 1; slot >= 0; slot--) await this.#settleIfDone(slot);
  }

  /** Ends a window that is done: its result, or other temperatures first. The last window moves into its place. */
  async #settleIfDone(slot: number): Promise<void> {
    const { window, settle } = this.#jobs[slot]!;
    if (!window.isDone) return;
    const [first, ...others] = window.options.temperatures;
    const cross = this.#cross.one(slot);
    let attempt = await this.#loops.reviewed(window, window.attempt(first!), cross);
    for (const temperature of others) {
      if (!window.hasFailed(attempt)) break;
      const began = performance.now();
      window.restart(temperature);
      await this.#single.sample(window, temperature, cross);
      attempt = await this.#loops.reviewed(window, window.attempt(temperature), cross);
      window.decodeSeconds += (performance.now() - began) / 1000;
      traceSpan("engine", "decode", began, { temperature });
    }
    const words = await this.#wordsOf(window, attempt, slot);
    const hasWords = words !== undefined || window.request.wantWords === true;
    settle(window.result(attempt, hasWords ? [] : undefined), words);
    this.#remove(slot);
  }

  #remove(slot: number): void {
    const last = this.#jobs.length - 1;
    if (slot !== last) {
      this.#cross.copySlot(last, slot);
      this.#cache.moveWindow(last, slot);
      this.#jobs[slot] = this.#jobs[last]!;
    }
    this.#jobs.pop();
    if (!this.isIdle) return;
    this.#cross.discard();
    this.#cache.discard();
  }

  /** undefined where there are none, or none are wanted. */
  async #wordsOf(window: WindowDecoder, attempt: Attempt, slot: number): Promise<UnalignedWords | undefined> {
    const { windowSeconds, options } = window.request;
    const began = performance.now();
    const text = window.textTokens(attempt);
    const logprobs = window.textLogprobs(attempt);
    // What was said before lies in the same audio: without it the first word would begin with it.
    const said = text.length === 0 ? [] : window.saidText;
    const input = await this.#aligner.read({
      cross: this.#cross.one(slot),
      windowSeconds,
      language: window.language,
      task: options.task,
      tokens: [...said, ...text],
      logprobs: logprobs && [...said.map(() => 0), ...logprobs],
    });
    window.decodeSeconds += (performance.now() - began) / 1000;
    if (input !== undefined) traceSpan("engine", "decode", began, { words: true });
    return input && { input, saidTokens: said.length };
  }

  #place(slot: number): WindowPlace {
    return { cross: this.#cross.one(slot), cache: this.#cache, window: slot };
  }
}

/** One step has one mask, and of each window as many rows; how many tokens are chosen from follows from the rows. */
function canShareSteps(a: DecodingOptions, b: DecodingOptions): boolean {
  return rowsOf(a) === rowsOf(b) && maskKey(a) === maskKey(b);
}

function rowsOf({ beamSize }: DecodingOptions): number {
  return Math.max(1, beamSize);
}
