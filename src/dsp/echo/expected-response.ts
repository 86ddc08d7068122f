/** What is known of a path before anything is learnt: where its direct sound is, and how rooms decay. */
import { SAMPLE_RATE_HZ } from "../../units.js";

/** The direct sound, as far around as its peak may lie beside the true one. */
const DIRECT_SAMPLES = 3;
/** Power of a tap in the room's tail, over that of the direct sound's. */
const TAIL_POWER = 0.005;
const TAIL_DECAY_SAMPLES = 0.03 * SAMPLE_RATE_HZ;
/** The strongest path need not be the first. */
const EARLY_POWER = 0.0015;
const EARLY_SAMPLES = 80;
const REST_POWER = 1e-5;
/** Gains are measured in speech over speech, and systems turn loopbacks down: the range of what is plausible. */
const MIN_GAIN = 0.05;
const MAX_GAIN = 10;

/** The power that a response has in each tap when its direct sound is at `direct`. */
export function expectedResponse(taps: number, direct: number, measuredGain: number): Float64Array {
  const power = new Float64Array(taps);
  let sum = 0;
  for (let tap = 0; tap < taps; tap++) {
    const after = tap - direct;
    let value = REST_POWER;
    if (Math.abs(after) <= DIRECT_SAMPLES) value += 1;
    else if (after > 0) value += TAIL_POWER * Math.exp(-after / TAIL_DECAY_SAMPLES);
    else if (after > -EARLY_SAMPLES) value += EARLY_POWER;
    power[tap] = value;
    sum += value;
  }
  const gain = Math.min(MAX_GAIN, Math.max(MIN_GAIN, measuredGain));
  for (let tap = 0; tap < taps; tap++) power[tap] = (power[tap]! * gain * gain) / sum;
  return power;
}
