/** A small builder of ONNX graphs: operators by name, constants inline, weights by reference to the checkpoint on disk. */
import { basename } from "node:path";
import { MubblesError } from "../errors.js";
import {
  type Attribute,
  ELEMENT,
  type ElementType,
  encodeModel,
  type Initializer,
  type Node,
  type ValueInfo,
} from "./onnx-proto.js";
import type { Safetensors, TensorType } from "./safetensors.js";

/** Name of a value in the graph. */
export type Value = string;

export const MICROSOFT = "com.microsoft";

const ELEMENT_OF: Partial<Record<TensorType, ElementType>> = {
  F32: ELEMENT.float,
  F16: ELEMENT.float16,
  I8: ELEMENT.int8,
  U8: ELEMENT.uint8,
};

export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, Initializer>();
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #values: ValueInfo[] = [];
  readonly #weights: Safetensors;
  /** Whether the inputs of linears are to be made known (layers.ts), for the conversion to 8 bits. */
  readonly observesLinears: boolean;

  constructor(weights: Safetensors, { observesLinears = false } = {}) {
    this.#weights = weights;
    this.observesLinears = observesLinears;
  }

  input(name: string, shape: ValueInfo["shape"], type: ElementType = ELEMENT.float): Value {
    this.#inputs.push({ name, shape, type });
    return name;
  }

  /** Declares an output; `value` must have been made under that name (see `named`). */
  output(name: string, shape: ValueInfo["shape"], type: ElementType = ELEMENT.float): void {
    this.#outputs.push({ name, shape, type });
  }

  /**
   * Names sizes of a value that shape inference cannot follow. For each value onnxruntime looks for a buffer of the same size, and
   * where sizes have no names it looks through all there are and finds none: half of the decoder's load.
   */
  sized(value: Value, shape: ValueInfo["shape"], type: ElementType = ELEMENT.float): Value {
    this.#values.push({ name: value, shape, type });
    return value;
  }

  /** One operator with one result. */
  op(kind: string, inputs: readonly Value[], attributes: Record<string, Attribute> = {}, domain = ""): Value {
    return this.ops(kind, inputs, 1, attributes, domain)[0]!;
  }

  /** One operator whose result gets the given name. */
  named(
    name: string,
    kind: string,
    inputs: readonly Value[],
    attributes: Record<string, Attribute> = {},
  ): Value {
    return this.ops(kind, inputs, [name], attributes)[0]!;
  }

  /** Names a value that an operator has just made and none uses yet: an `Identity` would copy it. */
  rename(value: Value, name: string): Value {
    const at = this.#nodes.findLastIndex(({ outputs }) => outputs.includes(value));
    const node = this.#nodes[at]!;
    this.#nodes[at] = { ...node, outputs: node.outputs.map((output) => (output === value ? name : output)) };
    return name;
  }

  /** One operator with several results, counted or named. */
  ops(
    kind: string,
    inputs: readonly Value[],
    outputs: number | readonly string[],
    attributes: Record<string, Attribute> = {},
    domain = "",
  ): Value[] {
    const at = this.#nodes.length;
    const names =
      typeof outputs === "number" ? Array.from({ length: outputs }, (_, i) => `v${at}_${i}`) : [...outputs];
    this.#nodes.push({ kind, domain, inputs, outputs: names, attributes });
    return names;
  }

  /** Int64 constant: a vector, or a scalar for a plain number. */
  ints(name: string, values: readonly number[] | number): Value {
    const list = typeof values === "number" ? [values] : values;
    const data = new Uint8Array(BigInt64Array.from(list, BigInt).buffer);
    return this.#constant(name, ELEMENT.int64, typeof values === "number" ? [] : [list.length], data);
  }

  /** 8-bit scalar. */
  byte(name: string, value: number, type: ElementType = ELEMENT.uint8): Value {
    return this.#constant(name, type, [], Uint8Array.of(value));
  }

  /** Float32 constant; a scalar for a plain number. */
  floats(name: string, values: Float32Array | number, shape?: readonly number[]): Value {
    const list = typeof values === "number" ? Float32Array.of(values) : values;
    const bytes = new Uint8Array(list.buffer, list.byteOffset, list.byteLength);
    return this.#constant(
      name,
      ELEMENT.float,
      shape ?? (typeof values === "number" ? [] : [list.length]),
      bytes,
    );
  }

  /** A checkpoint tensor as it is stored. */
  weight(name: string): Value {
    const { dtype, shape, file, byteOffset, byteLength } = this.#weights.entry(name);
    const type = ELEMENT_OF[dtype];
    if (type === undefined)
      throw new MubblesError("MODEL_UNSUPPORTED", { where: file, detail: `tensor ${name} is ${dtype}` });
    if (!this.#initializers.has(name)) {
      const data = { file: basename(file), byteOffset, byteLength };
      this.#initializers.set(name, { name, type, shape, data });
    }
    return name;
  }

  /** A checkpoint tensor as float32: half-precision storage is widened in the graph (folded when the session is made). */
  floatWeight(name: string): Value {
    const value = this.weight(name);
    if (this.#weights.entry(name).dtype !== "F16") return value;
    const wide = `${name}.f32`;
    if (!this.#nodes.some((node) => node.outputs[0] === wide))
      this.named(wide, "Cast", [value], { to: ELEMENT.float });
    return wide;
  }

  hasWeight(name: string): boolean {
    return this.#weights.has(name);
  }

  shapeOfWeight(name: string): readonly number[] {
    return this.#weights.entry(name).shape;
  }

  typeOfWeight(name: string): TensorType {
    return this.#weights.entry(name).dtype;
  }

  /** ModelProto bytes. */
  encode(name: string): Uint8Array {
    return encodeModel({
      name,
      nodes: this.#nodes,
      initializers: [...this.#initializers.values()],
      inputs: this.#inputs,
      outputs: this.#outputs,
      values: this.#values,
    });
  }

  #constant(name: string, type: ElementType, shape: readonly number[], data: Uint8Array): Value {
    this.#initializers.set(name, { name, type, shape, data });
    return name;
  }
}
