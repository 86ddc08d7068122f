/** Samples of several channels in one array, and back. */

/** [samples × lanes]; `samples` of each lane. */
export function interleave(lanes: readonly Float32Array[], samples = lanes[0]!.length): Float32Array {
  const interleaved = new Float32Array(samples * lanes.length);
  for (const [channel, lane] of lanes.entries()) {
    for (let i = 0; i < samples; i++) interleaved[i * lanes.length + channel] = lane[i]!;
  }
  return interleaved;
}

/** One channel of several. */
export function laneOf(interleaved: Float32Array, channel: number, channels: number): Float32Array {
  const samples = new Float32Array(interleaved.length / channels);
  for (let i = 0; i < samples.length; i++) samples[i] = interleaved[i * channels + channel]!;
  return samples;
}
