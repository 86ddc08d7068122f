/**
 * Silero VAD v6: how likely each 32 ms of audio is speech. The model only: what counts as speech is decided
 * in dsp/speech-detector.ts.
 *
 * The graph takes any number of frames at once (encoder batched, LSTM over the sequence) and its state is
 * carried from call to call, so a whole recording in large pieces and live audio frame by frame give the same
 * probabilities.
 *
 * @see models/silero-vad/MODEL_CARD.md
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { packagePath } from "../assets.js";
import { MubblesError } from "../errors.js";
import { createSession, type InferenceSession, Tensor } from "./ort.js";

/** Samples of one frame, 32 ms at 16 kHz: what one probability stands for. */
export const SILERO_FRAME_SAMPLES = 512;
/** Samples of the frame before that the model sees in front of each frame: 4 ms. */
const CONTEXT_SAMPLES = 64;
const INPUT_SAMPLES = CONTEXT_SAMPLES + SILERO_FRAME_SAMPLES;
const STATE_SHAPE = [1, 1, 128] as const;
/** Frames of one run: more gain no speed (bench/vad.js) and hold the thread longer than 5 ms. */
const MAX_FRAMES_PER_RUN = 64;
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

export class SileroVad {
  readonly #session: InferenceSession;
  readonly #input = new Float32Array(MAX_FRAMES_PER_RUN * INPUT_SAMPLES);
  /** The input tensor of the last run, reused while the number of frames stays the same. */
  #inputTensor = new Tensor("float32", this.#input, [MAX_FRAMES_PER_RUN, INPUT_SAMPLES]);
  readonly #context = new Float32Array(CONTEXT_SAMPLES);
  #hidden = zeroState();
  #cell = zeroState();
  readonly #ownsSession: boolean;

  private constructor(session: InferenceSession, ownsSession: boolean) {
    this.#session = session;
    this.#ownsSession = ownsSession;
  }

  /** @throws MubblesError MODEL_BROKEN when the file is missing, or differs from the released one in a bit */
  static async load(modelPath = MODEL_PATH): Promise<SileroVad> {
    const graph = await readModel(modelPath);
    try {
      return new SileroVad(await createSession(graph, { threads: 1 }), true);
    } catch (cause) {
      throw new MubblesError("MODEL_BROKEN", { where: modelPath, detail: "onnxruntime refuses it", cause });
    }
  }

  /** For another recording, with the weights of this one, and no longer than this one. */
  another(): SileroVad {
    return new SileroVad(this.#session, false);
  }

  /**
   * Writes one probability per frame of `samples` to the start of `out` and returns how many. The frames
   * follow those of the call before; wait for its promise first. `samples` is 16 kHz mono, full scale ±1, and
   * is free again when the promise settles.
   *
   * @throws RangeError when `samples` is no multiple of 512 or `out` too short: a caller's mistake
   */
  async process(samples: Float32Array, out: Float32Array): Promise<number> {
    const frames = samples.length / SILERO_FRAME_SAMPLES;
    if (!Number.isInteger(frames)) {
      throw new RangeError(`expected a multiple of ${SILERO_FRAME_SAMPLES} samples, got ${samples.length}`);
    }
    if (out.length < frames) {
      throw new RangeError(`expected room for ${frames} probabilities, got ${out.length}`);
    }
    for (let firstFrame = 0; firstFrame < frames; firstFrame += MAX_FRAMES_PER_RUN) {
      const runFrames = Math.min(MAX_FRAMES_PER_RUN, frames - firstFrame);
      this.#fillInput(samples, firstFrame, runFrames);
      out.set(await this.#run(runFrames), firstFrame);
    }
    return frames;
  }

  /** Forgets everything heard: the next frame is the first of another recording. */
  reset(): void {
    this.#context.fill(0);
    this.#hidden = zeroState();
    this.#cell = zeroState();
  }

  async release(): Promise<void> {
    if (this.#ownsSession) await this.#session.release();
  }

  /** Lays the frames out as `[runFrames × 576]`, each behind the last 64 samples of the one before. */
  #fillInput(samples: Float32Array, firstFrame: number, runFrames: number): void {
    const input = this.#input;
    for (let frame = 0; frame < runFrames; frame++) {
      const row = frame * INPUT_SAMPLES;
      input.set(this.#context, row);
      const source = (firstFrame + frame) * SILERO_FRAME_SAMPLES;
      const target = row + CONTEXT_SAMPLES;
      for (let i = 0; i < SILERO_FRAME_SAMPLES; i++) {
        const sample = samples[source + i]!;
        // False for NaN too, which float WAV files can hold.
        input[target + i] = Math.abs(sample) < MAX_AMPLITUDE ? sample * INPUT_GAIN : 0;
      }
      this.#context.set(input.subarray(row + SILERO_FRAME_SAMPLES, row + INPUT_SAMPLES));
    }
  }

  async #run(frames: number): Promise<Float32Array> {
    if (this.#inputTensor.dims[0] !== frames) {
      const used = this.#input.subarray(0, frames * INPUT_SAMPLES);
      this.#inputTensor = new Tensor("float32", used, [frames, INPUT_SAMPLES]);
    }
    const results = await this.#session.run({ input: this.#inputTensor, h: this.#hidden, c: this.#cell });
    this.#hidden = results.hn!;
    this.#cell = results.cn!;
    return results.speech_probs!.data as Float32Array;
  }
}

/** Checks the file first, because onnxruntime takes flipped bits in the weights without a word. */
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

function zeroState(): Tensor {
  return new Tensor("float32", new Float32Array(128), STATE_SHAPE);
}
