/** What a Whisper of some size costs in time and memory, as far as its shape tells. Pure. */
import type { Compute } from "./compute-type.js";

interface Shape {
  /** Width of a layer. */
  readonly width: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
}

const LARGE = { width: 1280, encoderLayers: 32 } as const;

/** config.json of each. */
const SHAPES: Readonly<Record<string, Shape>> = {
  tiny: { width: 384, encoderLayers: 4, decoderLayers: 4 },
  base: { width: 512, encoderLayers: 6, decoderLayers: 6 },
  small: { width: 768, encoderLayers: 12, decoderLayers: 12 },
  medium: { width: 1024, encoderLayers: 24, decoderLayers: 24 },
  "large-v1": { ...LARGE, decoderLayers: 32 },
  "large-v2": { ...LARGE, decoderLayers: 32 },
  "large-v3": { ...LARGE, decoderLayers: 32 },
  "large-v3-turbo": { ...LARGE, decoderLayers: 4 },
  "distil-small": { width: 768, encoderLayers: 12, decoderLayers: 4 },
  "distil-medium": { width: 1024, encoderLayers: 24, decoderLayers: 2 },
  "distil-large-v2": { ...LARGE, decoderLayers: 2 },
  "distil-large-v3": { ...LARGE, decoderLayers: 2 },
  "distil-large-v3.5": { ...LARGE, decoderLayers: 2 },
};

const VOCABULARY = 51_865;
/** Of base's time for a telephone call with five beams (docs/BENCHMARKS.md); the rest is the decoder's. */
const ENCODER_SHARE = 0.35;
/** Measured for base; scales and what stays in floats are in it. */
const BYTES_PER_PARAMETER: Readonly<Record<Compute, number>> = {
  int8: 1.2,
  int4: 1.05,
  fp16: 2,
  fp32: 4,
};

/** Time for the same audio, that of base being 1; undefined for a model whose shape is not known. */
export function relativeTime(name: string): number | undefined {
  const shape = SHAPES[name.replace(/\.en$/, "")];
  if (shape === undefined) return undefined;
  const base = SHAPES.base!;
  const encoder = encoderParameters(shape) / encoderParameters(base);
  const decoder = decoderParameters(shape) / decoderParameters(base);
  return ENCODER_SHARE * encoder + (1 - ENCODER_SHARE) * decoder;
}

/** What the weights take on disk, for a model that is not there yet. */
export function expectedBytes(parameters: number, compute: Compute): number {
  return parameters * BYTES_PER_PARAMETER[compute];
}

/** What the program takes in memory with weights of that size. */
export function residentBytes(weightsBytes: number): number {
  return 1.3 * weightsBytes + 400e6;
}

/** Matrices alone, of two linears of four widths and four of one. */
function encoderParameters({ width, encoderLayers }: Shape): number {
  return 12 * width ** 2 * encoderLayers;
}

/** Cross-attention has four more linears, and every step reads the vocabulary. */
function decoderParameters({ width, decoderLayers }: Shape): number {
  return 16 * width ** 2 * decoderLayers + VOCABULARY * width;
}
