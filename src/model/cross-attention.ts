/** The decoder's attention to the audio. */
import { MIDDLE, rightOperand } from "./cross-bytes.js";
import { type ByteStorage, type PlainStorage, RANGES_PER_LAYER } from "./cross-storage.js";
import { type GraphBuilder, MICROSOFT, type Value } from "./graph-builder.js";
import { inTwoParts, LARGEST, LOW_STEPS, layerNorm, linear, roundingOfNormed, splitHeads } from "./layers.js";
import { type Dimension, ELEMENT } from "./onnx-proto.js";
import { alignmentHeadsOf, type WhisperConfig } from "./whisper-config.js";

interface Attention {
  /** Scores before softmax [A, H, F, S]; as bytes, but for what all frames have in common. */
  readonly scores: Value;
  /** [A, S, width] */
  readonly attended: Value;
}

/** Attention of all layers. Its inputs `cross_k_i`, `cross_v_i`, `cross_ranges` are as the cross graph makes them. */
export class CrossAttention {
  readonly #g: GraphBuilder;
  readonly #config: WhisperConfig;
  readonly #storage: PlainStorage;
  readonly #ranges: readonly Value[];
  /** Scores of the layers so far. */
  readonly #scores: Value[] = [];

  constructor(g: GraphBuilder, config: WhisperConfig, storage: PlainStorage) {
    this.#g = g;
    this.#config = config;
    this.#storage = storage;
    this.#ranges = storage === "float32" ? [] : rangesOf(g, config);
  }

  /** x + attention of norm(x) [A, S, width] to the audio. */
  layer(x: Value, index: number): Value {
    const g = this.#g;
    const { dModel } = this.#config;
    const name = `decoder.layers.${index}`;
    const h = layerNorm(g, x, `${name}.encoder_attn_layer_norm`, dModel);
    const q = linear(g, h, `${name}.encoder_attn.q_proj`, roundingOfNormed(g, dModel));
    const scaled = g.op("Mul", [q, g.floats("query_scale", this.#config.headSize ** -0.5)]);
    const { scores, attended } =
      this.#storage === "float32"
        ? this.#toFloats(scaled, index)
        : this.#toBytes(scaled, index, this.#storage);
    this.#scores.push(scores);
    return g.op("Add", [x, linear(g, attended, `${name}.encoder_attn.out_proj`, { parts: 2 })]);
  }

  /**
   * Keys stay [F, headSize] and values [headSize, F] as left operands: the matrix product streams the large one. The other way
   * round it re-packs them at every step, twice as slow at 5 beams.
   */
  #toFloats(q: Value, index: number): Attention {
    const g = this.#g;
    const { decoderHeads: heads, headSize } = this.#config;
    const keys = g.input(`cross_k_${index}`, ["A", heads, "F", headSize]);
    const values = g.input(`cross_v_${index}`, ["A", heads, headSize, "F"]);
    const columns = g.op("Transpose", [splitHeads(g, q, this.#config)], { perm: [0, 2, 3, 1] }); // [A, H, headSize, S]
    const scores = g.op("MatMul", [keys, columns]);
    // onnxruntime makes one softmax along the frames of these three.
    const rows = g.op("Softmax", [g.op("Transpose", [scores], { perm: [0, 1, 3, 2] })], { axis: -1 });
    const weights = g.op("Transpose", [rows], { perm: [0, 1, 3, 2] }); // [A, H, F, S]
    const attended = g.op("Transpose", [g.op("MatMul", [values, weights])], { perm: [0, 3, 1, 2] });
    return { scores, attended: this.#joinHeads(attended) };
  }

  /**
   * Keys are a left operand, as above. Values are a right one: its packing costs less than what the product gains. Queries are
   * rounded like the keys, each by its largest magnitude in a head, weights in two parts: where one frame has most of the
   * attention, what many others have together still counts.
   */
  #toBytes(q: Value, index: number, storage: ByteStorage): Attention {
    const g = this.#g;
    const { decoderHeads: heads, headSize } = this.#config;
    const right = rightOperand(storage);
    // A name for each layer: a buffer of this size that all of them used would live through the whole graph (encoder-graph.ts).
    const frames = `F${index}`;
    const keys = g.input(`cross_k_${index}`, ["A", heads, frames, headSize], ELEMENT.uint8);
    const values = g.input(`cross_v_${index}`, ["A", heads, frames, headSize], right.type);
    const [keyStep, valueStep, middle] = this.#ranges.slice(index * RANGES_PER_LAYER) as [
      Value,
      Value,
      Value,
    ];
    const left = g.byte("quantisation_zero", MIDDLE);
    const rightZero = g.byte(`zero_${right.zero}`, right.zero, right.type);
    const last = g.ints("last_axis", [-1]);

    const queries = splitHeads(g, g.op("Mul", [q, keyStep]), this.#config); // [A, S, H, headSize]
    const size = g.op("Max", [
      g.op("ReduceMax", [g.op("Abs", [queries]), last]),
      g.floats("smallest_row", 1e-20),
    ]);
    const step = g.floats("step_1", 1 / LARGEST);
    const rounded = g.op("QuantizeLinear", [g.op("Div", [queries, size]), step, rightZero]);
    const perm = { perm: [0, 2, 3, 1] };
    const columns = g.op("Transpose", [rounded], perm); // [A, H, headSize, S]
    const columnStep = g.op("Transpose", [g.op("Mul", [size, step])], perm); // [A, H, 1, S]
    const one = g.floats("unit_step", 1);
    const scores = g.op(
      "MatMulIntegerToFloat",
      [keys, columns, one, columnStep, left, rightZero],
      {},
      MICROSOFT,
    );

    const byFrames = g.op("Transpose", [scores], { perm: [0, 1, 3, 2] }); // [A, H, S, F]
    // As rows of a matrix: else onnxruntime moves the transposition behind the softmax, which then takes three times as long.
    const flat = g.sized(g.op("Flatten", [byFrames], { axis: 3 }), ["AHS", frames]);
    const weights = g.op("Softmax", [flat], { axis: -1 });
    const top = g.op("ReduceMax", [weights, last]);
    // Many divisions by the same number take four times as long.
    const relative = g.op("Mul", [weights, g.op("Reciprocal", [top])]);
    const unflattened = (rows: Value, columns: Dimension) => {
      const shape = g.op("Concat", [g.op("Shape", [byFrames], { start: 0, end: 3 }), last], { axis: 0 });
      return g.sized(g.op("Reshape", [rows, shape]), ["A", heads, "S", columns]);
    };
    const parts = inTwoParts(g, unflattened(relative, frames), 1, 2, ["A", heads, "2S", frames]);
    const product = g.op("MatMulIntegerToFloat", [parts, values, step, one, left, rightZero], {}, MICROSOFT);
    const [high, low] = g.ops("Split", [product], 2, { axis: 2, num_outputs: 2 }) as [Value, Value];
    for (const part of [high, low]) g.sized(part, ["A", heads, "S", headSize]);
    const sum = g.op("Add", [high, g.op("Mul", [low, g.floats("low_part", 1 / LOW_STEPS)])]);
    const attended = g.op("Transpose", [g.op("Mul", [sum, unflattened(top, 1)])], { perm: [0, 2, 1, 3] });
    return { scores, attended: g.op("Add", [g.op("Mul", [this.#joinHeads(attended), valueStep]), middle]) };
  }

  /**
   * Scores of all alignment heads, layer by layer [A, heads, F, alignment_columns]; undefined where there are none. The operators come
   * from the last layer to the first: onnxruntime makes the newest input of an operator first, with all it needs, and would
   * keep the scores of all heads of these layers until it has come to the first.
   */
  alignmentScores(): Value | undefined {
    const aligned: Value[] = [];
    for (let layer = this.#scores.length - 1; layer >= 0; layer--) {
      const heads = alignmentHeadsOf(this.#config, layer);
      if (heads.length > 0) aligned.unshift(this.#ofHeads(this.#scores[layer]!, heads, layer));
    }
    return aligned.length === 0 ? undefined : this.#g.op("Concat", aligned, { axis: 1 });
  }

  #ofHeads(scores: Value, heads: readonly number[], layer: number): Value {
    const g = this.#g;
    // Where no column is wanted these are empty, and cost nothing.
    const wanted = g.op("Slice", [
      scores,
      g.ints("from_first", [0]),
      "alignment_columns",
      g.ints("last_axis", [-1]),
    ]);
    return g.op("Gather", [wanted, g.ints(`alignment_heads_${layer}`, heads)], { axis: 1 });
  }

  /** [A, S, H, headSize] → [A, S, width] */
  #joinHeads(x: Value): Value {
    return this.#g.op("Reshape", [x, this.#g.ints("join_heads", [0, 0, this.#config.dModel])]);
  }
}

/** [A, 1, width] each */
function rangesOf(g: GraphBuilder, { decoderLayers, dModel }: WhisperConfig): readonly Value[] {
  const count = decoderLayers * RANGES_PER_LAYER;
  const ranges = g.input("cross_ranges", ["A", count, dModel]);
  return g.ops("Split", [ranges], count, { axis: 1, num_outputs: count });
}
