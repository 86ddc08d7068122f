/** How the weights of a converted model are stored (checkpoint-layout.ts), and what marks its folder. */

export const LAYOUT_NAME = "mubbles-whisper-1";

/** In the order in which one is taken where none is asked for. */
export const COMPUTES = ["int8", "int4", "fp16", "fp32"] as const;
export type Compute = (typeof COMPUTES)[number];

/** Whether weights are integers, and norms and rotations folded into them. */
export function isQuantised(compute: Compute): boolean {
  return compute === "int8" || compute === "int4";
}

/** Between the name of a folder that is being made and the number of the process that makes it. */
export const STAGING = ".part-";
