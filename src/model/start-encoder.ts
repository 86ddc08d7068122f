/** Starts to load a model's encoder. Imports little, so that it can be under way while onnxruntime and the decoder are still read. */
import { AheadEncoder } from "./ahead-encoder.js";
import type { AudioEncoder, LoadOptions } from "./audio-encoder.js";
import { crossStorageOf } from "./cross-storage.js";
import { EncoderThread } from "./encoder-thread.js";
import { Safetensors } from "./safetensors.js";
import { readWhisperConfig } from "./whisper-config.js";

/** From this width on, which is small's, an encoder takes several times base's 0.1 s to load, and its weights outweigh a heap. */
const WIDE = 768;

export interface StartOptions extends LoadOptions {
  /** Half of the threads encode windows ahead while the others decode; no effect with a single thread. Not with moments. */
  readonly encodesAhead?: boolean;
  /** Whether memory counts more than the load: on the CPU a small encoder has no thread of its own then, and no second heap of V8. */
  readonly isLean?: boolean;
}

/** An encoder that loads. Its failures are met by whoever waits for it; nobody need. */
export interface StartedEncoder {
  readonly encoder: Promise<AudioEncoder>;
  /** The same, where it works while the decoder does. */
  readonly ahead: AheadEncoder | undefined;
  readonly decoderThreads: number;
  /** Of both. */
  readonly threads: number;
}

/** From a folder in mubbles' layout, for a decoder with the rest of the threads. MODEL_BROKEN, MODEL_UNSUPPORTED, MODEL_OUT_OF_MEMORY. */
export function startEncoder(
  folder: string,
  threads: number,
  { encodesAhead = false, isLean = false, ...options }: StartOptions = {},
): StartedEncoder {
  const ownThreads = encodesAhead ? Math.floor(threads / 2) : 0;
  const aheadEncoder =
    ownThreads > 0 ? EncoderThread.start(folder, ownThreads, options.accelerator) : undefined;
  const encoder = aheadEncoder ?? waitedForEncoder(folder, threads, isLean, options);
  encoder.catch(() => {});
  const ahead = aheadEncoder && new AheadEncoder(aheadEncoder);
  // On an accelerator neither takes threads from the other.
  const decoderThreads = options.accelerator === undefined ? threads - ownThreads : threads;
  return { encoder, ahead, decoderThreads, threads };
}

/**
 * The encoder that the decoder waits for, and so with all threads. In a thread of its own both load at once; but what is to be observed has
 * to be here, and keys and values as floats would come all at once: 490 MB of large-v3.
 */
async function waitedForEncoder(
  folder: string,
  threads: number,
  isLean: boolean,
  options: LoadOptions,
): Promise<AudioEncoder> {
  const isHere =
    options.moments !== undefined ||
    (isLean && options.accelerator === undefined && readWhisperConfig(folder).dModel < WIDE) ||
    crossStorageOf(Safetensors.openFolder(folder), false, options.accelerator) === "float32";
  if (!isHere) return EncoderThread.start(folder, threads, options.accelerator);
  const { EncoderSession } = await import("./audio-encoder.js");
  return EncoderSession.load(folder, threads, options);
}
