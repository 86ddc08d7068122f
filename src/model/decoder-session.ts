/** The decoder's graph as a session, with as many threads as there are for it. */
import type { LoadOptions } from "./audio-encoder.js";
import { type CrossStorage, crossStorageOf } from "./cross-storage.js";
import { decoderGraph } from "./decoder-graph.js";
import { observed } from "./moments.js";
import { createSession, type InferenceSession, type Tensor } from "./ort.js";
import type { Safetensors } from "./safetensors.js";
import { eightBitProductsSaturate } from "./saturation.js";
import type { WhisperConfig } from "./whisper-config.js";

type Feeds = Record<string, Tensor>;
type Opener = (threads: number) => Promise<InferenceSession>;

export class DecoderSession {
  /** What its cross-attention reads. */
  readonly storage: CrossStorage;
  readonly outputNames: readonly string[];
  readonly #open: Opener;
  #session: InferenceSession;
  #threads: number;

  private constructor(storage: CrossStorage, open: Opener, session: InferenceSession, threads: number) {
    this.storage = storage;
    this.outputNames = session.outputNames;
    this.#open = open;
    this.#session = session;
    this.#threads = threads;
  }

  /** From a folder in mubbles' layout. Throws what onnxruntime throws. */
  static async load(
    folder: string,
    weights: Safetensors,
    config: WhisperConfig,
    threads: number,
    { moments, accelerator }: LoadOptions,
  ): Promise<DecoderSession> {
    const widenWeights = await eightBitProductsSaturate();
    const storage = crossStorageOf(weights, widenWeights, accelerator);
    const open = async (threads: number) => {
      const graph = decoderGraph(weights, config, { storage, observesLinears: moments !== undefined });
      const session = await createSession(graph, {
        threads,
        weightsFolder: folder,
        spin: true,
        widenWeights,
        accelerator,
      });
      return moments === undefined ? session : observed(session, moments);
    };
    return new DecoderSession(storage, open, await open(threads), threads);
  }

  get threads(): number {
    return this.#threads;
  }

  run(feeds: Feeds, fetches: readonly string[]): Promise<InferenceSession.ReturnType> {
    return this.#session.run(feeds, fetches);
  }

  /** Goes on with other threads. onnxruntime knows no other way than a new session: as long as loading it, 0.1 s for base. */
  async changeThreads(threads: number): Promise<void> {
    // First: twice the weights would be the peak of the process.
    await this.#session.release();
    this.#session = await this.#open(threads);
    this.#threads = threads;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
