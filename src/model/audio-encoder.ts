/** Whisper's encoder: a window of log-mel in, hidden states out. */
import { WINDOW_FRAMES } from "../units.js";
import { audioPositions, encoderGraph } from "./encoder-graph.js";
import { modelError } from "./model-error.js";
import { type Moments, observed } from "./moments.js";
import { createCpuSession, type InferenceSession, Tensor } from "./ort.js";
import { Safetensors } from "./safetensors.js";
import { eightBitProductsSaturate } from "./saturation.js";
import { readWhisperConfig, type WhisperConfig } from "./whisper-config.js";

/** What encodes: this thread's session, or another thread (encoder-thread.ts). */
export interface AudioEncoder {
  /** [1500 × width] for `mel` [mels × 3000], row-major. Another thread takes the mel's buffer away. */
  hidden(mel: Float32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

export class EncoderSession implements AudioEncoder {
  readonly #config: WhisperConfig;
  readonly #session: InferenceSession;
  readonly #positions: Tensor;

  private constructor(config: WhisperConfig, session: InferenceSession, positions: Float32Array) {
    this.#config = config;
    this.#session = session;
    this.#positions = new Tensor("float32", positions, [config.maxAudioPositions, config.dModel]);
  }

  /** From a folder in mubbles' layout (checkpoint-layout.ts). MODEL_BROKEN, MODEL_UNSUPPORTED, MODEL_OUT_OF_MEMORY. */
  static async load(folder: string, threads: number, moments?: Moments): Promise<EncoderSession> {
    const config = readWhisperConfig(folder);
    const weights = Safetensors.openFolder(folder);
    try {
      const widenWeights = await eightBitProductsSaturate();
      const options = { observesLinears: moments !== undefined, ...(widenWeights ? { parts: 1 } : {}) };
      const settings = { threads, weightsFolder: folder, spin: true, widenWeights };
      const session = await createCpuSession(encoderGraph(weights, config, options), settings);
      const positions = audioPositions(weights, config);
      return new EncoderSession(
        config,
        moments === undefined ? session : observed(session, moments),
        positions,
      );
    } catch (cause) {
      throw modelError(folder, cause);
    }
  }

  async hidden(mel: Float32Array): Promise<Float32Array> {
    const { nMels } = this.#config;
    if (mel.length !== nMels * WINDOW_FRAMES) {
      throw new RangeError(`mel window: expected ${nMels} × ${WINDOW_FRAMES} values, got ${mel.length}`);
    }
    const input = new Tensor("float32", mel, [1, nMels, WINDOW_FRAMES]);
    const { hidden } = await this.#session.run({ mel: input, positions: this.#positions });
    return hidden!.data as Float32Array;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
