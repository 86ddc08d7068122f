/**
 * Whisper's log-mel spectrogram by its definition, in float64: a direct DFT and filters evaluated at every bin. Nothing
 * here comes from src/, so that nothing can be wrong in both.
 */

const FFT_SAMPLES = 400;
const HALF = FFT_SAMPLES / 2;
const HOP_SAMPLES = 160;
const BINS = HALF + 1;
const WINDOW_FRAMES = 3000;

const HANN = Float64Array.from({ length: FFT_SAMPLES }, (_, i) => 0.5 - 0.5 * cosine(i));
/** `[BINS × HALF]`: row k is bin k's cosine (sine) at the samples 0 … 199. */
const COSINES = Float64Array.from({ length: BINS * HALF }, (_, i) =>
  cosine(Math.floor(i / HALF) * (i % HALF)),
);
const SINES = Float64Array.from({ length: BINS * HALF }, (_, i) =>
  cosine(Math.floor(i / HALF) * (i % HALF) - 100),
);

/** cos(2πi / 400), the angle reduced first. */
function cosine(i: number): number {
  return Math.cos((2 * Math.PI * (i % FFT_SAMPLES)) / FFT_SAMPLES);
}

/** Columns with a sample in them: centres 0, 160 … up to half a frame past the end. */
export function columnCount(sampleCount: number): number {
  return sampleCount === 0 ? 0 : Math.floor((sampleCount + HALF - 1) / HOP_SAMPLES) + 1;
}

/** Power spectra of the whole signal, zeros behind it: `[columnCount × 201]`. */
export function referencePower(signal: Float32Array): Float64Array {
  const nColumns = columnCount(signal.length);
  const power = new Float64Array(nColumns * BINS);
  const frame = new Float64Array(FFT_SAMPLES);
  const even = new Float64Array(HALF);
  const odd = new Float64Array(HALF);
  for (let column = 0; column < nColumns; column++) {
    for (let i = 0; i < FFT_SAMPLES; i++) {
      frame[i] = HANN[i]! * (signal[Math.abs(column * HOP_SAMPLES - HALF + i)] ?? 0);
    }
    // The samples i and 400 − i meet the same cosine and opposite sines.
    for (let i = 1; i < HALF; i++) {
      even[i] = frame[i]! + frame[FFT_SAMPLES - i]!;
      odd[i] = frame[i]! - frame[FFT_SAMPLES - i]!;
    }
    for (let bin = 0; bin < BINS; bin++) {
      let re = frame[0]! + (bin % 2 === 0 ? frame[HALF]! : -frame[HALF]!);
      let im = 0;
      const row = bin * HALF;
      for (let i = 1; i < HALF; i++) {
        re += even[i]! * COSINES[row + i]!;
        im += odd[i]! * SINES[row + i]!;
      }
      power[column * BINS + bin] = re * re + im * im;
    }
  }
  return power;
}

/** What the model gets for the window from `firstColumn` on: `[nMels × 3000]`, silence behind the signal. */
export function referenceWindow(power: Float64Array, nMels: number, firstColumn = 0): Float64Array {
  const filters = melFilters(nMels);
  const nColumns = Math.min(power.length / BINS - firstColumn, WINDOW_FRAMES);
  const window = new Float64Array(nMels * WINDOW_FRAMES).fill(-10);
  let loudest = -10;
  for (let column = 0; column < nColumns; column++) {
    for (const [mel, { firstBin, weights }] of filters.entries()) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) {
        sum += weights[i]! * power[(firstColumn + column) * BINS + firstBin + i]!;
      }
      const value = Math.log10(Math.max(sum, 1e-10));
      window[mel * WINDOW_FRAMES + column] = value;
      loudest = Math.max(loudest, value);
    }
  }
  return window.map((value) => (Math.max(value, loudest - 8) + 4) / 4);
}

/** librosa.filters.mel(sr=16000, n_fft=400, n_mels=…) with its defaults (Slaney's scale and norm), zeros left out. */
function melFilters(nMels: number) {
  const logStep = Math.log(6.4) / 27;
  const hzOfMel = (mel: number) => (mel < 15 ? (200 / 3) * mel : 1000 * Math.exp(logStep * (mel - 15)));
  const topMel = 15 + Math.log(8) / logStep;
  const edge = (index: number) => hzOfMel((topMel * index) / (nMels + 1));
  return Array.from({ length: nMels }, (_, mel) => {
    const [left, centre, right] = [edge(mel), edge(mel + 1), edge(mel + 2)];
    const weightAt = (hz: number) => {
      if (hz <= left || hz >= right) return 0;
      const height = hz <= centre ? (hz - left) / (centre - left) : (right - hz) / (right - centre);
      return (height * 2) / (right - left);
    };
    const all = Array.from({ length: BINS }, (_, bin) => weightAt(40 * bin));
    const firstBin = all.findIndex((weight) => weight > 0);
    return { firstBin, weights: all.slice(firstBin).filter((weight) => weight > 0) };
  });
}
