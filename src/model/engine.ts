/** Whisper in its worker, as the rest of the program sees it: windows in, results out. */
import { availableParallelism } from "node:os";
import { MubblesError } from "../errors.js";
import { isTraced, publishTrace } from "../tracing.js";
import { acceleratorFor, type ComputeDevice } from "./compute-device.js";
import { type Compute, isQuantised } from "./compute-type.js";
import type { Answers, EngineWorkerData, FromWorker, Question, ToWorker } from "./engine-protocol.js";
import { type EngineTransport, startProcess, startThread } from "./engine-transport.js";
import { loadTokenizer } from "./hub-tokenizer.js";
import type { PartialRequest, PartialResult } from "./live-window.js";
import { runError } from "./model-error.js";
import { resolveModel } from "./model-store.js";
import type { AlignedWord } from "./timing/aligned-word.js";
import { alignedWords, type UnalignedWords } from "./timing/unaligned-words.js";
import { readWhisperConfig, type WhisperConfig } from "./whisper-config.js";
import type { AlignmentRequest, LanguageResult, WindowRequest, WindowResult } from "./window.js";

export interface EngineOptions {
  /** A name that `mubbles models list` shows, or a folder. */
  readonly model: string;
  /** How the weights are stored; undefined: the model's own, int8 on the CPU. */
  readonly compute: Compute | undefined;
  /** Threads of each matrix product; undefined: all cores. */
  readonly threads: number | undefined;
  /** What it runs on; as `auto` where it is not given. `requireDevice` tells before whether it is there. */
  readonly device?: ComputeDevice;
  /**
   * For many windows one after the other: half of the threads encode the next ones while the others decode, and none waits for
   * another. Without it (the default) all threads work on one window at a time, and one that comes alone has its text sooner.
   */
  readonly encodesAhead?: boolean;
  /** In a process of its own: when it is closed all its memory is given back, which a thread's is not. */
  readonly isIsolated?: boolean;
}

/** Windows decoded together: they share each pass over the weights. Each takes 22 MB (docs/notes/memory.md). */
const MAX_WINDOWS = 3;
/** Live, where most come alone: two that do meet have their texts no later one after the other, for 30 MB less (docs/notes/memory.md). */
const MAX_LONE_WINDOWS = 1;
/** On an accelerator four take twice as long as one, and each is a few megabytes here. */
const MAX_WINDOWS_ACCELERATED = 8;

const STOPPED = { detail: "the engine stopped" };

interface Waiting {
  readonly resolve: (result: Answers[keyof Answers]) => void;
  readonly reject: (error: MubblesError) => void;
}

export class Engine {
  readonly nMels: 80 | 128;
  readonly isMultilingual: boolean;
  /** Tokens below it are text. */
  readonly endToken: number;
  /** The token of 0.00 s; those of later times follow it. */
  readonly firstTimestampToken: number;
  readonly decoderLayers: number;
  /** How many seconds it took to load. Fails with MODEL_BROKEN, MODEL_UNSUPPORTED, MODEL_OUT_OF_MEMORY, as then does all that it is asked. */
  readonly loaded: Promise<number>;
  /** Of the process it has for itself. */
  readonly processId: number | undefined;
  /** Windows that can usefully be under way at once. */
  readonly maxWindows: number;
  /** Whether another window can be encoded without holding up those that are decoded. */
  readonly encodesAhead: boolean;
  readonly #transport: EngineTransport;
  #loading: { resolve(): void; reject(error: MubblesError): void } | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #nextQuestion = 0;
  #nextRecording = 0;
  readonly #folder: string;
  /** As it was named. */
  readonly #model: string;
  #encoder: ReturnType<typeof loadTokenizer> | undefined;
  #failure: MubblesError | undefined;
  #hasExited = false;

  private constructor(
    transport: EngineTransport,
    config: WhisperConfig,
    folder: string,
    model: string,
    { encodesAhead, maxWindows }: EngineWorkerData,
    beganMs: number,
  ) {
    this.nMels = config.nMels;
    this.isMultilingual = config.isMultilingual;
    this.endToken = config.endToken;
    this.firstTimestampToken = config.firstTimestampToken;
    this.decoderLayers = config.decoderLayers;
    this.#transport = transport;
    this.processId = transport.processId;
    this.#folder = folder;
    this.#model = model;
    this.encodesAhead = encodesAhead;
    this.maxWindows = maxWindows;
    this.loaded = new Promise((resolve, reject) => {
      this.#loading = { resolve: () => resolve((performance.now() - beganMs) / 1000), reject };
    });
    this.loaded.catch(() => {}); // Who waits for it meets the failure.
    transport.events.on("message", (message: FromWorker) => this.#receive(message));
    transport.events.on("error", (error) => this.#fail(runError(error)));
    transport.events.on("exit", () => {
      this.#hasExited = true;
      this.#fail(new MubblesError("INTERNAL", STOPPED));
    });
  }

  /** Loads the model. MODEL_NOT_FOUND, MODEL_BROKEN, MODEL_UNSUPPORTED, MODEL_OUT_OF_MEMORY. */
  static async start(options: EngineOptions): Promise<Engine> {
    const engine = await Engine.open(options);
    await engine.loaded;
    return engine;
  }

  /** The same, but does not wait: what it is asked for meanwhile it does as soon as it can. */
  static async open({
    model,
    compute,
    threads,
    device = "auto",
    encodesAhead = false,
    isIsolated = false,
  }: EngineOptions): Promise<Engine> {
    const beganMs = performance.now();
    const { folder, compute: stored } = await resolveModel(model, compute);
    const accelerator = await acceleratorFor(device, stored);
    if (accelerator === "cuda") {
      // Else the first run takes twice as long.
      process.env.ORT_ENABLE_CUDNN_FLASH_ATTENTION ??= "0";
      // Else 32-bit products, which logits are in every model, have factors of 11 bits: it costs no time (docs/notes/accelerators.md).
      process.env.NVIDIA_TF32_OVERRIDE ??= "0";
    }
    if (accelerator !== undefined && isQuantised(stored)) {
      const detail = `stored as ${stored}, which ${accelerator} has no kernels for; name one stored as fp16`;
      throw new MubblesError("MODEL_UNSUPPORTED", { where: model, detail });
    }
    const maxWindows = encodesAhead ? MAX_WINDOWS : MAX_LONE_WINDOWS;
    const data: EngineWorkerData = {
      folder,
      threads: threads ?? availableParallelism(),
      maxWindows: accelerator === undefined ? maxWindows : MAX_WINDOWS_ACCELERATED,
      encodesAhead: encodesAhead && (threads ?? availableParallelism()) > 1,
      isLean: isIsolated,
      accelerator,
      isTraced: isTraced(),
    };
    const config = readWhisperConfig(folder);
    const transport = isIsolated ? startProcess(data) : startThread(data);
    return new Engine(transport, config, folder, model, data, beganMs);
  }

  /** A number for a recording whose windows share their language. */
  newRecording(): number {
    return this.#nextRecording++;
  }

  endRecording(recording: number): void {
    this.#send({ type: "forget", recording });
  }

  /**
   * Whether more windows are to come soon, as they are until something else is said. Where none are, threads that would encode them help to
   * decode.
   */
  expectWindows(areMore: boolean): void {
    if (this.encodesAhead) this.#send({ type: "expect", areMore });
  }

  /** Decodes one window; several may be under way, and end in any order. `request.mel` is given away. */
  decodeWindow(request: WindowRequest): Promise<WindowResult> {
    return this.#ask({ type: "window", request });
  }

  /**
   * Decodes what there is of a window that is not over. `request.mel` is given away. Undefined where the signal is aborted, at once: what was
   * waiting is dropped, what was under way ends with its step.
   */
  decodePartial(request: PartialRequest): Promise<PartialResult>;
  decodePartial(request: PartialRequest, signal: AbortSignal): Promise<PartialResult | undefined>;
  decodePartial(request: PartialRequest, signal?: AbortSignal): Promise<PartialResult | undefined> {
    if (signal?.aborted === true) return Promise.resolve(undefined);
    const id = this.#nextQuestion;
    const result = this.#ask({ type: "partial", request });
    if (signal === undefined) return result;
    const cancel = () => {
      this.#send({ type: "cancel", id });
      this.#settle(id, undefined);
    };
    signal.addEventListener("abort", cancel, { once: true });
    return result.finally(() => signal.removeEventListener("abort", cancel));
  }

  /** The words of a text that is known, with their times in the window. `request.mel` is given away. */
  align(request: AlignmentRequest): Promise<readonly AlignedWord[]> {
    return this.#ask({ type: "align", request });
  }

  /** Which language is spoken in a window [mels × 3000], given away. Nothing is remembered. */
  detectLanguage(mel: Float32Array): Promise<LanguageResult> {
    return this.#ask({ type: "language", request: { mel } });
  }

  /** Text tokens of a text, as the model's own tokenizer cuts it; reading it takes 0.3 s the first time. */
  encode(text: string): number[] {
    this.#encoder ??= loadTokenizer(this.#folder);
    return this.#encoder.encode(text, { add_special_tokens: false }).ids;
  }

  /**
   * Ends the worker after the run it is in (a second at most); what was under way is given up. A worker that is terminated
   * inside onnxruntime takes the whole process with it.
   */
  async close(): Promise<void> {
    this.#fail(new MubblesError("INTERRUPTED"));
    if (this.#hasExited) return;
    const exited = new Promise<void>((resolve) => this.#transport.events.once("exit", () => resolve()));
    this.#send({ type: "close" });
    await exited;
  }

  #ask<Q extends Question>(question: Q): Promise<Answers[Q["type"]]> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#nextQuestion++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (result) => resolve(result as Answers[Q["type"]]), reject });
      this.#send({ ...question, id }, [question.request.mel.buffer as ArrayBuffer]);
    });
  }

  #send(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#transport.send(message, transfer);
  }

  #receive(message: FromWorker): void {
    if (message.type === "result") {
      const { id, result, words } = message;
      this.#settle(id, words === undefined ? result : withWords(result as WindowResult, words));
    } else if (message.type === "trace") {
      publishTrace(message.events);
    } else if (message.type === "loaded") {
      this.#loading?.resolve();
    } else {
      const { code, where = this.#model, detail } = message;
      this.#fail(new MubblesError(code, { where, detail }));
    }
  }

  #settle(id: number, result: Answers[keyof Answers]): void {
    this.#waiting.get(id)?.resolve(result);
    this.#waiting.delete(id);
  }

  #fail(error: MubblesError): void {
    this.#failure ??= error;
    this.#loading?.reject(this.#failure);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

function withWords(result: WindowResult, words: UnalignedWords): WindowResult {
  return { ...result, alignment: alignedWords(words) };
}
