/** A small builder of ONNX graphs: operators by name, constants inline, weights by reference to the checkpoint on disk. */
import { basename } from "node:path";
import { MubblesError } from "../errors.js";
import { float32ToFloat16 } from "./half-floats.js";
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

export interface GraphOptions {
  /** Whether the inputs of linears are to be made known (layers.ts), for the conversion to 8 bits. */
  readonly observesLinears?: boolean;
  /** Whether layers compute with 16-bit floats, for accelerators: the CPU has hardly any kernels for them. The weights are stored so. */
  readonly isHalf?: boolean;
}

export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, Initializer>();
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #values: ValueInfo[] = [];
  readonly #weights: Safetensors;
  readonly observesLinears: boolean;
  /** What flows between the layers. */
  readonly element: ElementType;

  constructor(weights: Safetensors, { observesLinears = false, isHalf = false }: GraphOptions = {}) {
    this.#weights = weights;
    this.observesLinears = observesLinears;
    this.element = isHalf ? ELEMENT.float16 : ELEMENT.float;
  }

  input(name: string, shape: ValueInfo["shape"], type: ElementType = ELEMENT.float): Value {
    this.#inputs.push({ name, shape, type });
    return name;
  }

  /** An input of 32-bit floats, as what flows between the layers. */
  floatInput(name: string, shape: ValueInfo["shape"]): Value {
    const value = this.input(name, shape);
    return this.element === ELEMENT.float ? value : this.op("Cast", [value], { to: this.element });
  }

  /** A result of the layers as 32-bit floats. */
  toFloat32(value: Value): Value {
    return this.element === ELEMENT.float ? value : this.op("Cast", [value], { to: ELEMENT.float });
  }

  /** Declares an output; `value` must have been made under that name (see `named`). */
  output(name: string, shape: ValueInfo["shape"], type: ElementType = ELEMENT.float): void {
    this.#outputs.push({ name, shape, type });
  }

  /**
   * Names sizes of a value that shape inference cannot follow. For each value onnxruntime looks for a buffer of the same size, and
   * where sizes have no names it looks through all there are and finds none: half of the decoder's load.
   */
  sized(value: Value, shape: ValueInfo["shape"], type: ElementType = this.element): Value {
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

  /** A factor of what flows between the layers. */
  factor(name: string, value: number): Value {
    if (this.element === ELEMENT.float) return this.floats(name, value);
    const bits = float32ToFloat16(Float32Array.of(value));
    return this.#constant(name, ELEMENT.float16, [], new Uint8Array(bits.buffer));
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

  /** A checkpoint tensor as what flows between the layers: else it is cast in the graph (folded when the session is made). */
  floatWeight(name: string): Value {
    return this.#castWeight(name, this.element);
  }

  /** The same as float32. */
  wideWeight(name: string): Value {
    return this.#castWeight(name, ELEMENT.float);
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

  #castWeight(name: string, type: ElementType): Value {
    const value = this.weight(name);
    if (ELEMENT_OF[this.#weights.entry(name).dtype] === type) return value;
    const cast = `${name}.as_${type}`;
    if (!this.#nodes.some((node) => node.outputs[0] === cast))
      this.named(cast, "Cast", [value], { to: type });
    return cast;
  }

  #constant(name: string, type: ElementType, shape: readonly number[], data: Uint8Array): Value {
    this.#initializers.set(name, { name, type, shape, data });
    return name;
  }
}
