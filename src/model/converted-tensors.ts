/** From the source's tensors to those of the converted file, item by item (checkpoint-layout.ts). */
import type { Item, LinearPart, Storage } from "./checkpoint-layout.js";
import type { Checkpoint } from "./formats/checkpoint.js";
import { float32ToFloat16 } from "./half-floats.js";
import type { Moments } from "./moments.js";
import {
  type QuantisedWeight,
  quantisePerOutput,
  quantiseRest,
  quantiseRows,
  quantiseTogether,
  transpose,
} from "./quantise.js";
import { BLOCK_BYTES, BLOCK_INPUTS, quantiseInBlocks } from "./quantise-blocks.js";
import { type FloatLinear, foldNorm, rotateInputs, rotateOutputs, rotationMatrix } from "./rotation.js";
import type { TensorType } from "./safetensors.js";

export interface OutputTensor {
  readonly name: string;
  readonly dtype: TensorType;
  readonly shape: readonly number[];
}

/** Share of the moments' mean power added to every direction: what was seen of a linear's inputs is not all there is. */
const DAMPING = 0.01;

/** The tensors an item becomes. Must agree with dataOf, entry by entry. */
export function outputsOf(item: Item, source: Checkpoint): OutputTensor[] {
  switch (item.kind) {
    case "floats":
      return [{ name: item.name, dtype: floatType(item.storage), shape: source.shapeOf(item.source) }];
    case "rotation":
      return [{ name: item.name, dtype: "F32", shape: [item.width, item.width] }];
    case "rotation back":
      return [
        { name: `${item.name}.weight`, dtype: "F32", shape: [item.width, item.width] },
        { name: `${item.name}.bias`, dtype: "F32", shape: [item.width] },
      ];
    case "embedding rest": {
      const outputs = item.ranges.reduce((sum, [from, to]) => sum + to - from, 0);
      return quantisedRows(item.name, outputs, source.shapeOf(item.source)[1]!);
    }
    case "embedding": {
      // It stays [vocabulary, width], because its rows are looked up.
      const [outputs, inputs] = source.shapeOf(item.source) as [number, number];
      return item.storage === "int8"
        ? quantisedRows(item.name, outputs, inputs)
        : [{ name: `${item.name}.weight`, dtype: floatType(item.storage), shape: [outputs, inputs] }];
    }
    case "linear":
      return linearOutputs(item, source);
  }
}

function linearOutputs(item: Item & { kind: "linear" }, source: Checkpoint): OutputTensor[] {
  const shapes = item.parts.map((part) => source.shapeOf(`${part.source}.weight`) as [number, number]);
  const inputs = shapes[0]![1];
  const outputs = shapes.reduce((sum, [rows]) => sum + rows, 0);
  const { name, storage } = item;
  const weights = matrixOutputs(name, storage, inputs, outputs);
  if (!hasBias(item, source)) return weights;
  return [...weights, { name: `${name}.bias`, dtype: storage === "f16" ? "F16" : "F32", shape: [outputs] }];
}

function matrixOutputs(
  name: string,
  storage: Storage | "int4",
  inputs: number,
  outputs: number,
): OutputTensor[] {
  if (storage === "int8") return quantisedOutputs(name, inputs, outputs);
  if (storage !== "int4")
    return [{ name: `${name}.weight`, dtype: floatType(storage), shape: [inputs, outputs] }];
  const blocks = [outputs, inputs / BLOCK_INPUTS];
  return [
    { name: `${name}.weight`, dtype: "U8", shape: [...blocks, BLOCK_BYTES] },
    { name: `${name}.scale`, dtype: "F32", shape: blocks },
  ];
}

function quantisedOutputs(name: string, inputs: number, outputs: number): OutputTensor[] {
  return quantised(name, [inputs, outputs], outputs);
}

function quantisedRows(name: string, rows: number, width: number): OutputTensor[] {
  return quantised(name, [rows, width], rows);
}

function quantised(name: string, shape: readonly number[], scales: number): OutputTensor[] {
  return [
    { name: `${name}.weight`, dtype: "I8", shape },
    { name: `${name}.scale`, dtype: "F32", shape: [scales] },
  ];
}

/** The bytes of an item's tensors, in the order of outputsOf. */
export function* dataOf(item: Item, source: Checkpoint, moments: Moments): Generator<Uint8Array> {
  switch (item.kind) {
    case "floats":
      yield floatBytes(source.readFloats(item.source), item.storage);
      return;
    case "rotation":
      yield bytesOf(rotationMatrix(item.width));
      return;
    case "rotation back": {
      const { weight, bias } = rotationBack(item.norm, item.width, source);
      yield bytesOf(transpose(weight, item.width));
      yield bytesOf(bias);
      return;
    }
    case "embedding rest": {
      const width = source.shapeOf(item.source)[1]!;
      const weight = source.readFloats(item.source);
      const parts = item.ranges.map(([from, to]) => weight.subarray(from * width, to * width));
      const part = joined(parts);
      yield* quantisedBytes(quantiseRest(part, quantiseRows(part, part.length / width)));
      return;
    }
    case "embedding": {
      const weight = source.readFloats(item.source);
      if (item.storage === "int8") {
        yield* quantisedBytes(quantiseRows(weight, source.shapeOf(item.source)[0]!));
      } else yield floatBytes(weight, item.storage);
      return;
    }
    case "linear":
      yield* linearData(item, source, moments);
  }
}

function* linearData(
  item: Item & { kind: "linear" },
  source: Checkpoint,
  moments: Moments,
): Generator<Uint8Array> {
  const parts = item.parts.map((part) => sourceLinear(part, item.norm, source));
  const weight = joined(parts.map((part) => part.weight));
  const bias = joined(parts.map((part) => part.bias));
  if (item.storage === "int8") {
    const moment = moments.get(item.name);
    yield* quantisedBytes(
      moment === undefined
        ? quantisePerOutput(weight, bias.length)
        : quantiseTogether(weight, bias.length, moment, DAMPING),
    );
  } else if (item.storage === "int4") {
    const { packed, scales } = quantiseInBlocks(weight);
    yield packed;
    yield bytesOf(scales);
  } else yield floatBytes(transpose(weight, bias.length), item.storage);
  if (hasBias(item, source)) yield floatBytes(bias, item.storage === "f16" ? "f16" : "f32");
}

/** Whisper's key projections have no bias: zeros stand in where projections are fused. */
function hasBias({ parts, norm }: Item & { kind: "linear" }, source: Checkpoint): boolean {
  return norm !== undefined || parts.some((part) => source.has(`${part.source}.bias`));
}

function sourceLinear(part: LinearPart, norm: string | undefined, source: Checkpoint): FloatLinear {
  const weight = source.readFloats(`${part.source}.weight`);
  const bias = source.has(`${part.source}.bias`)
    ? source.readFloats(`${part.source}.bias`)
    : new Float32Array(source.shapeOf(`${part.source}.weight`)[0]!);
  let linear: FloatLinear = { weight, bias };
  if (norm !== undefined) {
    linear = foldNorm(linear, source.readFloats(`${norm}.weight`), source.readFloats(`${norm}.bias`));
  }
  if (part.inputBlock > 0) linear = rotateInputs(linear, part.inputBlock);
  return part.outputBlock > 0 ? rotateOutputs(linear, part.outputBlock) : linear;
}

function rotationBack(norm: string, width: number, source: Checkpoint): FloatLinear {
  const identity = new Float32Array(width * width);
  for (let i = 0; i < width; i++) identity[i * width + i] = 1;
  const unrotated = foldNorm(
    { weight: identity, bias: new Float32Array(width) },
    source.readFloats(`${norm}.weight`),
    source.readFloats(`${norm}.bias`),
  );
  return rotateInputs(unrotated, width);
}

function* quantisedBytes({ values, scales }: QuantisedWeight): Generator<Uint8Array> {
  yield bytesOf(values);
  yield bytesOf(scales);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const result = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

function floatType(storage: "f16" | "f32"): TensorType {
  return storage === "f16" ? "F16" : "F32";
}

function floatBytes(values: Float32Array, storage: "f16" | "f32"): Uint8Array {
  return bytesOf(storage === "f16" ? float32ToFloat16(values) : values);
}

export function bytesOf(array: Float32Array | Int8Array | Int32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
