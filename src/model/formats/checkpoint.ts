/** A Whisper checkpoint as the conversion reads it, whatever file it lies in. */

/** Tensors by the hub's names ("model.encoder.conv1.weight") in the hub's shapes: linears are [out, in], row-major. */
export interface Checkpoint {
  has(name: string): boolean;
  /** MODEL_BROKEN where there is no such tensor. */
  shapeOf(name: string): readonly number[];
  /** Float32 whatever it is stored as, of the rows [fromRow, toRow) of the first axis; by default all. In an array of its own. */
  readFloats(name: string, fromRow?: number, toRow?: number): Float32Array;
}

/** What the conversion makes a model of. */
export interface ModelSource {
  readonly checkpoint: Checkpoint;
  /** Files that the weights lie in. */
  readonly files: readonly string[];
  /**
   * Contents of the hub's files beside the weights, by name: config.json, tokenizer.json, perhaps generation_config.json. Where
   * they have to be made it takes a second.
   */
  readonly readSideFiles: () => ReadonlyMap<string, string>;
}

export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
