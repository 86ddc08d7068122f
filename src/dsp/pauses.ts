/** Pauses of a window, by the loudness of its log-mel columns: finer and closer to the voice than frames of the VAD. */

/** Frames of 10 ms from the start of the window; the end is exclusive. */
export interface Pause {
  readonly startFrame: number;
  readonly endFrame: number;
}

/**
 * The closure of a stop lasts 50 to 100 ms and is part of its word. Only what is longer can be a pause.
 * @see Crystal & House 1988, "Segmental durations in connected-speech signals": mean closures of 54 to 88 ms
 */
export const SHORTEST_PAUSE_FRAMES = 10;
/** Of a window's loudness, the part that counts as its background, and as its voice. */
const BACKGROUND_QUANTILE = 0.05;
const VOICE_QUANTILE = 0.9;
/** What is nearer to the background than this part of the way to the voice, in decibels, is quiet: below the middle, since vowels stand for the voice. */
const QUIET_SHARE = 0.4;
/** Whisper's own dynamic range, 80 dB: what lies further below the loudest value is equally silent. */
const DYNAMIC_RANGE = 8;

/**
 * Pauses in the order of time. `columns` is [frames × nMels], log10 of mel power as LogMel writes it, and only read. Loudness is
 * the mean over all bands of the logarithm: so a fricative, which is weak but wide, is as loud as a vowel. The scale is the
 * window's own; one that is all speech or all silence has pauses where it is quietest.
 */
export function findPauses(columns: Float32Array, nMels: number): Pause[] {
  const loudness = loudnessOf(columns, nMels);
  const sorted = loudness.slice().sort();
  const quantile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const background = quantile(BACKGROUND_QUANTILE);
  const threshold = background + QUIET_SHARE * (quantile(VOICE_QUANTILE) - background);
  const pauses: Pause[] = [];
  let startFrame = 0;
  for (let frame = 0; frame <= loudness.length; frame++) {
    if (frame < loudness.length && loudness[frame]! < threshold) continue;
    if (frame - startFrame >= SHORTEST_PAUSE_FRAMES) pauses.push({ startFrame, endFrame: frame });
    startFrame = frame + 1;
  }
  return pauses;
}

function loudnessOf(columns: Float32Array, nMels: number): Float32Array {
  let loudest = Number.NEGATIVE_INFINITY;
  for (const value of columns) if (value > loudest) loudest = value;
  const silence = loudest - DYNAMIC_RANGE;
  const loudness = new Float32Array(columns.length / nMels);
  for (let frame = 0, at = 0; frame < loudness.length; frame++) {
    let sum = 0;
    for (let band = 0; band < nMels; band++) sum += Math.max(columns[at++]!, silence);
    loudness[frame] = sum / nMels;
  }
  return loudness;
}
