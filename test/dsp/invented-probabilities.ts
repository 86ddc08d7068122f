/**
 * Frame probabilities of an invented recording: stretches of speech with dips, of silence and of something
 * between, from one frame to about 80 s each.
 */
export function inventedProbabilities(random: () => number, frames: number): Float32Array {
  const probabilities = new Float32Array(frames);
  let frame = 0;
  while (frame < frames) {
    const kind = random();
    const length = Math.ceil(2 ** (random() * (random() < 0.1 ? 11.3 : 7)));
    for (let end = Math.min(frames, frame + length); frame < end; frame++) {
      const noise = random();
      if (kind < 0.5) probabilities[frame] = noise < 0.05 ? random() : 0.7 + 0.3 * noise;
      else if (kind < 0.9) probabilities[frame] = noise < 0.01 ? random() : 0.3 * noise;
      else probabilities[frame] = noise;
    }
  }
  return probabilities;
}
