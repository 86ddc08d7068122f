/** How long the chunks are that the encoder takes its frames in (encoder-rows.ts). Apart from its graph, which needs no onnxruntime. */
import { int64, type Tensor } from "./ort.js";

/**
 * Frames of a chunk: enough work for each thread, and no more, as what lies between two linears is to stay in the caches. With two threads
 * chunks of 150 to 300 take the same time, and smaller ones less memory.
 */
const CHUNK_FRAMES_OF_THREAD = 75;
const MIN_CHUNK_FRAMES = 150;

/** What a graph that works in chunks is told of a window of `frames`. */
export function chunkFeeds(frames: number, threads: number): Record<string, Tensor> {
  const most = Math.max(MIN_CHUNK_FRAMES, threads * CHUNK_FRAMES_OF_THREAD);
  const chunks = Math.ceil(frames / most);
  const chunkFrames = Math.ceil(frames / chunks);
  return {
    // The last frame fills the last chunk up.
    frame_of_row: int64(Array.from({ length: chunks * chunkFrames }, (_, row) => Math.min(row, frames - 1))),
    // What is left is the width.
    chunk_shape: int64([chunks, 1, chunkFrames, -1]),
    frame_count: int64([frames]),
  };
}
