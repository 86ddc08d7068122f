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

interface Body {
  readonly nodes: Node[];
  readonly values: ValueInfo[];
}

export class GraphBuilder {
  readonly #outermost: Body = { nodes: [], values: [] };
  /** What is being built: the graph, or what a `Scan` of it does. */
  #body = this.#outermost;
  #madeValues = 0;
  readonly #initializers = new Map<string, Initializer>();
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
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
    this.#body.values.push({ name: value, shape, type });
    return value;
  }

  /**
   * Does the same to one slice of the inputs after the other, along their first axes, and lays the results side by side (`Scan`): what it
   * takes in between is there for one slice, and each weight is one that onnxruntime packs once. Shapes are those of a slice.
   */
  scan(inputs: readonly ValueInfo[], work: (slices: readonly Value[]) => readonly ValueInfo[]): Value[] {
    const outside = this.#body;
    const body: Body = { nodes: [], values: [] };
    this.#body = body;
    const slices = inputs.map((input) => ({ ...input, name: this.#newValue() }));
    const outputs = work(slices.map(({ name }) => name));
    this.#body = outside;
    const graph = { name: "slice", ...body, initializers: [], inputs: slices, outputs };
    const attributes = { body: { graph }, num_scan_inputs: inputs.length };
    return this.ops(
      "Scan",
      inputs.map(({ name }) => name),
      outputs.length,
      attributes,
    );
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
    const { nodes } = this.#body;
    const at = nodes.findLastIndex(({ outputs }) => outputs.includes(value));
    const node = nodes[at]!;
    nodes[at] = { ...node, outputs: node.outputs.map((output) => (output === value ? name : output)) };
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
    const names =
      typeof outputs === "number" ? Array.from({ length: outputs }, () => this.#newValue()) : [...outputs];
    this.#body.nodes.push({ kind, domain, inputs, outputs: names, attributes });
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
      ...this.#outermost,
      initializers: [...this.#initializers.values()],
      inputs: this.#inputs,
      outputs: this.#outputs,
    });
  }

  #castWeight(name: string, type: ElementType): Value {
    const value = this.weight(name);
    if (ELEMENT_OF[this.#weights.entry(name).dtype] === type) return value;
    const cast = `${name}.as_${type}`;
    // Outside of what a scan does, where it is folded.
    const { nodes } = this.#outermost;
    if (!nodes.some((node) => node.outputs[0] === cast))
      nodes.push({ kind: "Cast", domain: "", inputs: [value], outputs: [cast], attributes: { to: type } });
    return cast;
  }

  #newValue(): Value {
    return `v${this.#madeValues++}`;
  }

  #constant(name: string, type: ElementType, shape: readonly number[], data: Uint8Array): Value {
    this.#initializers.set(name, { name, type, shape, data });
    return name;
  }
}
