/** What the encoder does to each of its frames alone: to all at once, or to one chunk of them after the other. */
import type { GraphBuilder, Value } from "./graph-builder.js";
import { ELEMENT, type ElementType } from "./onnx-proto.js";

/** Rows [A, R, width]. */
export interface Rows {
  readonly value: Value;
  readonly width: number;
  /** undefined: as what flows between the layers. */
  readonly type?: ElementType;
}

export interface EncoderRows {
  readonly isChunked: boolean;
  /** Rows [A, R, width], R ≥ F, of frames [A, F, width]. */
  begin(frames: Value): Value;
  /** What `work` makes of rows; it gives each its results without a look at the others. `name`: another one each time. */
  each(name: string, inputs: readonly Rows[], work: (rows: readonly Value[]) => readonly Rows[]): Value[];
  /** `value`, where all rows are there at once with a name for their number (GraphBuilder.sized). */
  sized(value: Value, rows: string, width: number): Value;
  /** Of rows [A, R, width] those of frames [A, F, width]. */
  end(rows: Value): Value;
}

/**
 * All at once: R = F. onnxruntime looks for buffers to use again among those of the same size. A buffer that all layers use lives through the
 * whole graph, 130 MB of large-v3-turbo, so what lies within half a layer is sized by a name of its own. What goes from half to half has one in
 * common.
 */
export function whole(g: GraphBuilder): EncoderRows {
  return {
    isChunked: false,
    begin: (frames) => frames,
    each: (_, inputs, work) => work(inputs.map(({ value }) => value)).map(({ value }) => value),
    sized: (value, rows, width) => g.sized(value, ["A", rows, width]),
    end: (rows) => rows,
  };
}

/**
 * Chunk after chunk, of one window (A = 1): a tenth of the memory for what is in between, and each weight is one that onnxruntime packs once;
 * parts side by side, with a use of the weights each, would have it pack them for each. Rows that fill up are copies of the last frame, and
 * stay that: nobody attends to them, and no range grows by them.
 *
 * `namesSizes`: of the results (GraphBuilder.sized), another each time, as a buffer that all layers use lives through the whole graph. Without
 * names large-v3-turbo takes a second longer to load; with them base takes up to 4 MB more.
 */
export function inChunks(g: GraphBuilder, namesSizes: boolean): EncoderRows {
  const frameOfRow = g.input("frame_of_row", ["R"], ELEMENT.int64);
  const chunkShape = g.input("chunk_shape", [4], ELEMENT.int64);
  const frameCount = g.input("frame_count", [1], ELEMENT.int64);
  return {
    isChunked: true,
    begin: (x) => g.op("Gather", [x, frameOfRow], { axis: 1 }),
    each(name, inputs, work) {
      const slices = inputs.map(({ value, width, type = g.element }) => {
        return { name: g.op("Reshape", [value, chunkShape]), shape: [1, "C", width], type };
      });
      let made: readonly Rows[] = [];
      const results = g.scan(slices, (values) => {
        made = work(values);
        return made.map(({ value, width, type = g.element }) => ({
          name: value,
          shape: [1, "C", width],
          type,
        }));
      });
      return results.map((result, i) => {
        const { width, type = g.element } = made[i]!;
        const joined = g.op("Reshape", [result, g.ints(`rows_of_${width}`, [1, -1, width])]);
        return namesSizes ? g.sized(joined, [1, `rows of ${name}`, width], type) : joined;
      });
    },
    sized: (value) => value,
    end: (x) => g.op("Slice", [x, g.ints("first_row", [0]), frameCount, g.ints("rows_axis", [1])]),
  };
}
