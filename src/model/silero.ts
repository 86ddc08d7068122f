/**
 * Silero VAD v6: how likely each 32 ms of audio is speech. The model only: what counts as speech is decided
 * in dsp/speech-detector.ts.
 *
 * The authors' file is read for its weights, and the wasm package computes (native/src/silero.rs): a frame takes a third of the time that
 * onnxruntime takes for it, and the process that listens does not load onnxruntime at all (docs/notes/memory.md). However the audio is cut
 * into calls, and on whatever processor, the probabilities are the same bits.
 *
 * @see models/silero-vad/MODEL_CARD.md
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { SileroStream, wasm_memory } from "../../native/pkg/rustfft_wasm.js";
import { packagePath } from "../assets.js";
import { MubblesError } from "../errors.js";
import { readInitializers } from "./onnx-tensors.js";

/** Samples of one frame, 32 ms at 16 kHz: what one probability stands for. */
export const SILERO_FRAME_SAMPLES = 512;
/**
 * The audio goes in 10 dB louder. Silero finds speech of about −55 to 0 dBFS (RMS) equally well and loses
 * what is quieter, and recordings are far more often too quiet than too loud: measured on read speech in
 * noise of three kinds, hits at −60 dBFS and 5 dB above the noise rise from 39–79 % to 88–96 % of frames, at
 * −70 dBFS from 1–20 % to 39–79 %; nothing changes above, nor does noise alone trigger more often.
 */
const INPUT_GAIN = 10 ** (10 / 20);
/** Beyond this a sample is garbage (full scale is 1), and would poison the LSTM's state for good. */
const MAX_AMPLITUDE = 2 ** 16;

const MODEL_PATH = packagePath("models/silero-vad/silero_vad_16k_sequence.onnx");
const MODEL_SHA256 = "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85";

/** In the order in which the wasm package wants them. */
const TENSORS = [
  "encoder.0.weight",
  "encoder.0.bias",
  "encoder.1.weight",
  "encoder.1.bias",
  "encoder.2.weight",
  "encoder.2.bias",
  "encoder.3.weight",
  "encoder.3.bias",
  // Of the LSTM: weights of its input, weights of its last output, the biases of both.
  "onnx::LSTM_209",
  "onnx::LSTM_210",
  "onnx::LSTM_211",
  "output.weight",
  "output.bias",
] as const;
const WASM_MEMORY = wasm_memory() as { readonly buffer: ArrayBuffer };

export class SileroVad {
  readonly #stream: SileroStream;
  /** A view of the wasm memory; a growing memory detaches it. */
  #input = new Float32Array(0);

  private constructor(stream: SileroStream) {
    this.#stream = stream;
  }

  /** @throws MubblesError MODEL_BROKEN when the file is missing, or differs from the released one in a bit */
  static async load(modelPath = MODEL_PATH): Promise<SileroVad> {
    const tensors = readInitializers(await readModel(modelPath));
    return new SileroVad(new SileroStream(joined(TENSORS.map((name) => tensors.get(name)!))));
  }

  /** One for each of so many channels, with the same weights. Throws what `load` throws. */
  static async loadSeveral(count: number): Promise<SileroVad[]> {
    const first = await SileroVad.load();
    return [first, ...Array.from({ length: count - 1 }, () => first.another())];
  }

  /** For another recording, with the same weights. */
  another(): SileroVad {
    return new SileroVad(this.#stream.another());
  }

  /**
   * Writes one probability per frame of `samples` to the start of `out` and returns how many. The frames
   * follow those of the call before. `samples` is 16 kHz mono, full scale ±1.
   *
   * @throws RangeError when `samples` is no multiple of 512 or `out` too short: a caller's mistake
   */
  process(samples: Float32Array, out: Float32Array): number {
    const frames = samples.length / SILERO_FRAME_SAMPLES;
    if (!Number.isInteger(frames)) {
      throw new RangeError(`expected a multiple of ${SILERO_FRAME_SAMPLES} samples, got ${samples.length}`);
    }
    if (out.length < frames) {
      throw new RangeError(`expected room for ${frames} probabilities, got ${out.length}`);
    }
    for (let frame = 0; frame < frames; frame++) {
      this.#fillInput(samples, frame * SILERO_FRAME_SAMPLES);
      out[frame] = this.#stream.process();
    }
    return frames;
  }

  /** Forgets everything heard: the next frame is the first of another recording. */
  reset(): void {
    this.#stream.reset();
  }

  /** Gives the wasm memory back; nothing can be called afterwards. */
  free(): void {
    this.#stream.free();
  }

  #fillInput(samples: Float32Array, start: number): void {
    if (this.#input.length === 0) {
      this.#input = new Float32Array(WASM_MEMORY.buffer, this.#stream.input_ptr(), SILERO_FRAME_SAMPLES);
    }
    const input = this.#input;
    for (let i = 0; i < SILERO_FRAME_SAMPLES; i++) {
      const sample = samples[start + i]!;
      // False for NaN too, which float WAV files can hold.
      input[i] = Math.abs(sample) < MAX_AMPLITUDE ? sample * INPUT_GAIN : 0;
    }
  }
}

/** Checks the file first: flipped bits in weights are weights. */
async function readModel(modelPath: string): Promise<Uint8Array> {
  let graph: Uint8Array;
  try {
    graph = await readFile(modelPath);
  } catch (cause) {
    throw new MubblesError("MODEL_BROKEN", { where: modelPath, detail: "cannot be read", cause });
  }
  const sha256 = createHash("sha256").update(graph).digest("hex");
  if (sha256 !== MODEL_SHA256) {
    throw new MubblesError("MODEL_BROKEN", {
      where: modelPath,
      detail: `expected SHA-256 ${MODEL_SHA256}, got ${sha256}`,
    });
  }
  return graph;
}

/** Their floats behind each other. They lie anywhere in the file, so that none may be seen as floats where it is. */
function joined(tensors: readonly Uint8Array[]): Float32Array {
  const bytes = Buffer.concat(tensors);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / Float32Array.BYTES_PER_ELEMENT);
}
