/** Interleaved samples of a device as one channel: the mean of all. */

/** A new array, one sample a frame. Whatever is no number becomes silence, for it would spoil all that comes after it. */
export function toMono(interleaved: Float32Array, channels: number): Float32Array {
  const mono = new Float32Array(Math.floor(interleaved.length / channels));
  for (let frame = 0, at = 0; frame < mono.length; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++, at++) sum += interleaved[at]!;
    const mean = sum / channels;
    mono[frame] = Number.isFinite(mean) ? mean : 0;
  }
  return mono;
}
