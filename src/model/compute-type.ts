/** How the weights of a converted model are stored (checkpoint-layout.ts), and what marks its folder. */

/** How the format in a weights file begins that any version of mubbles made. */
const LAYOUT_FAMILY = "mubbles-whisper-";
/** The layout of today. 1 had 8-bit embeddings as [width, vocabulary]. */
export const LAYOUT_NAME = `${LAYOUT_FAMILY}2`;

/** Whether a checkpoint has been converted, by this version or another. */
export function isConverted({ format }: Readonly<Record<string, string>>): boolean {
  return format?.startsWith(LAYOUT_FAMILY) === true;
}

/** In the order in which one is taken where none is asked for. */
export const COMPUTES = ["int8", "int4", "fp16", "fp32"] as const;
export type Compute = (typeof COMPUTES)[number];

/** Whether weights are integers, and norms and rotations folded into them. */
export function isQuantised(compute: Compute): boolean {
  return compute === "int8" || compute === "int4";
}

/** Between the name of a folder that is being made and the number of the process that makes it. */
export const STAGING = ".part-";
