/** Samples as 16-bit integers: what a session keeps, and therefore what is listened to. */

/** Full scale ±1 is ±32768. */
const FULL_SCALE = 32_768;

/** The nearest 16-bit samples; what is louder than full scale is cut off. */
export function toPcm16(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (sample) =>
    Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, Math.round(sample * FULL_SCALE))),
  );
}

/** Exact: what `toPcm16` makes of it is the same again. */
export function fromPcm16(pcm: Int16Array): Float32Array {
  return Float32Array.from(pcm, (sample) => sample / FULL_SCALE);
}
