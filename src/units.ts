/**
 * Constants of Whisper's audio front end; each follows from the ones above it by exact division.
 * Source: openai/whisper audio.py at c0d2f62.
 */

export function exactDivide(dividend: number, divisor: number): number {
  if (dividend % divisor !== 0) throw new RangeError(`${dividend} is no multiple of ${divisor}`);
  return dividend / divisor;
}

/** Everything right of the resampler runs at this rate. */
export const SAMPLE_RATE_HZ = 16_000;
/** Samples of one analysis window of the STFT: 25 ms. */
export const FFT_SAMPLES = 400;
/** Samples between two mel frames: 10 ms. */
export const HOP_SAMPLES = 160;
/** Whisper sees windows of exactly this length. */
export const WINDOW_SECONDS = 30;
export const WINDOW_SAMPLES = WINDOW_SECONDS * SAMPLE_RATE_HZ;
/** 3000 mel frames a window, 100 a second. */
export const WINDOW_FRAMES = exactDivide(WINDOW_SAMPLES, HOP_SAMPLES);
export const FRAMES_PER_SECOND = exactDivide(SAMPLE_RATE_HZ, HOP_SAMPLES);
/** The encoder's second convolution halves the frames: 1500 audio positions a window. */
export const FRAMES_PER_TOKEN = 2;
export const TOKENS_PER_SECOND = exactDivide(FRAMES_PER_SECOND, FRAMES_PER_TOKEN);
/** 20 ms: what one timestamp token stands for. */
export const SECONDS_PER_TIMESTAMP = 1 / TOKENS_PER_SECOND;
/** Timestamps go from 0.00 s, with the index 0, to the end of the window: 1501 of them. */
export const LAST_TIMESTAMP = WINDOW_SECONDS * TOKENS_PER_SECOND;
