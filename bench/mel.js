/**
 * Log-mel of 30 s on one thread: the wasm package against a direct DFT in JavaScript, in the same run.
 */
import { LogMel } from "../dist/dsp/mel.js";

const SAMPLE_RATE_HZ = 16_000;
const SAMPLES = 30 * SAMPLE_RATE_HZ;
const FFT_SAMPLES = 400;
const HOP_SAMPLES = 160;
const FRAMES = SAMPLES / HOP_SAMPLES;
const BINS = FFT_SAMPLES / 2 + 1;
const N_MELS = 80;
const WASM_RUNS = 31;
const DIRECT_RUNS = 3;

/** Medians in milliseconds. The direct DFT stops at the power spectrum: it is not charged for filters and logarithm. */
export async function benchMel() {
  const samples = speechLike();
  const mel = new LogMel(N_MELS);
  const columns = new Float32Array(mel.maxColumns(SAMPLES) * N_MELS);
  const wasmMs = medianMs(WASM_RUNS, () => {
    const pushed = mel.push(samples, columns);
    mel.flush(columns.subarray(pushed * N_MELS));
  });
  mel.free();

  const direct = directDft();
  const power = new Float32Array(FRAMES * BINS);
  const directDftMs = medianMs(DIRECT_RUNS, () => direct(samples, power));
  return { nMels: N_MELS, wasmMs, directDftMs, ratio: directDftMs / wasmMs };
}

/** Power spectra by definition, only the 201 bins that a real signal needs; tables are made once, outside the timing. */
function directDft() {
  const table = (wave) =>
    Float32Array.from({ length: BINS * FFT_SAMPLES }, (_, i) => {
      const turn = (Math.floor(i / FFT_SAMPLES) * (i % FFT_SAMPLES)) % FFT_SAMPLES;
      return wave((2 * Math.PI * turn) / FFT_SAMPLES);
    });
  const [cosines, sines] = [table(Math.cos), table(Math.sin)];
  const hann = Float32Array.from({ length: FFT_SAMPLES }, (_, i) => 0.5 - 0.5 * cosines[FFT_SAMPLES + i]);
  const frame = new Float32Array(FFT_SAMPLES);
  return (samples, power) => {
    for (let column = 0; column < FRAMES; column++) {
      const start = column * HOP_SAMPLES - FFT_SAMPLES / 2;
      for (let i = 0; i < FFT_SAMPLES; i++) frame[i] = hann[i] * (samples[Math.abs(start + i)] ?? 0);
      for (let bin = 0; bin < BINS; bin++) {
        const row = bin * FFT_SAMPLES;
        let re = 0;
        let im = 0;
        for (let i = 0; i < FFT_SAMPLES; i++) {
          re += frame[i] * cosines[row + i];
          im += frame[i] * sines[row + i];
        }
        power[column * BINS + bin] = re * re + im * im;
      }
    }
  };
}

/** A voice's harmonics with syllables four times a second, and a little noise. */
function speechLike() {
  const samples = new Float32Array(SAMPLES);
  let state = 1;
  for (let i = 0; i < SAMPLES; i++) {
    const seconds = i / SAMPLE_RATE_HZ;
    const pitchPhase = 2 * Math.PI * (120 * seconds + 4 * Math.sin(2 * Math.PI * 0.7 * seconds));
    let voice = 0;
    for (let harmonic = 1; harmonic <= 20; harmonic++) voice += Math.sin(harmonic * pitchPhase) / harmonic;
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const syllable = Math.max(0, Math.sin(2 * Math.PI * 4 * seconds));
    samples[i] = 0.1 * syllable * voice + 0.001 * (state / 2 ** 32 - 0.5);
  }
  return samples;
}

function medianMs(runs, run) {
  run();
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[runs >> 1];
}
