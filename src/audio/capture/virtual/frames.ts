/** Decoded chunks of any length as frames of the length that microphones deliver. */

/** 32 ms at 16 kHz: as often as a microphone, and one frame of the VAD. */
export const FRAME_SAMPLES = 512;

/** The same samples, FRAME_SAMPLES at a time; only the last frame is shorter. Frames are the reader's to keep. */
export async function* cutIntoFrames(chunks: AsyncIterable<Float32Array>): AsyncGenerator<Float32Array> {
  let frame = new Float32Array(FRAME_SAMPLES);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let taken = 0; taken < chunk.length; ) {
      const count = Math.min(chunk.length - taken, FRAME_SAMPLES - filled);
      frame.set(chunk.subarray(taken, taken + count), filled);
      taken += count;
      filled += count;
      if (filled < FRAME_SAMPLES) break;
      yield frame;
      frame = new Float32Array(FRAME_SAMPLES);
      filled = 0;
    }
  }
  if (filled > 0) yield frame.subarray(0, filled);
}
