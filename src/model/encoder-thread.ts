/** The encoder in a thread of its own, as the runtime sees it. */
import "./no-telemetry.js"; // For the thread that is started here.
import { Worker } from "node:worker_threads";
import { workerUrl } from "../assets.js";
import { MubblesError } from "../errors.js";
import { isTraced, publishTrace } from "../tracing.js";
import type { AudioEncoder, EncodedPart } from "./audio-encoder.js";
import type { Provider } from "./compute-device.js";
import type { EncoderWorkerData, FromEncoder, ToEncoder } from "./encoder-protocol.js";
import { modelError, runError } from "./model-error.js";

interface Waiting {
  readonly resolve: (parts: readonly EncodedPart[]) => void;
  readonly reject: (error: MubblesError) => void;
}

export class EncoderThread implements AudioEncoder {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #waiting: Waiting[] = [];
  #failure: MubblesError | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on("message", (message: FromEncoder) => {
      if (message.type === "encoded") {
        publishTrace(message.trace);
        this.#waiting.shift()?.resolve(message.parts);
      } else if (message.type === "failed") this.#fail(new MubblesError(message.code, message));
    });
    worker.on("error", (error) => this.#fail(runError(error)));
    this.#exited = new Promise((resolve) => {
      worker.once("exit", () => {
        this.#fail(new MubblesError("INTERNAL", { detail: "the encoder stopped" }));
        resolve();
      });
    });
  }

  /** Loads the encoder of a model's folder. MODEL_BROKEN, MODEL_UNSUPPORTED, MODEL_OUT_OF_MEMORY. */
  static async start(folder: string, threads: number, accelerator?: Provider): Promise<EncoderThread> {
    const data: EncoderWorkerData = { folder, threads, accelerator, isTraced: isTraced() };
    const worker = new Worker(workerUrl("encoder-worker"), {
      workerData: data,
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    const first = await new Promise<FromEncoder>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", (error) => reject(modelError(folder, error)));
    });
    if (first.type === "failed") throw new MubblesError(first.code, first);
    return new EncoderThread(worker);
  }

  async *encode(mel: Float32Array, frames?: number): AsyncGenerator<EncodedPart> {
    yield* await this.encodeWhole(mel, frames);
  }

  /** Begins at once, behind what was asked for before; the mel is given away. */
  encodeWhole(mel: Float32Array, frames?: number): Promise<readonly EncodedPart[]> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    // What another process has sent lies in a buffer with the beginning of its next message.
    const own = mel.byteLength === mel.buffer.byteLength ? mel : mel.slice();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#send({ type: "encode", mel: own, frames }, [own.buffer as ArrayBuffer]);
    });
  }

  /** Ends the thread after the run it is in: terminated inside onnxruntime it would take the whole process with it. */
  async release(): Promise<void> {
    this.#send({ type: "close" });
    await this.#exited;
  }

  #send(message: ToEncoder, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #fail(error: MubblesError): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
