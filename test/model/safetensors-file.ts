/** Makes safetensors files. Format: https://huggingface.co/docs/safetensors */
import { writeFileSync } from "node:fs";
import { float32ToFloat16 } from "../../src/model/half-floats.js";

export type Values = Float32Array | Int8Array | Uint8Array | Uint16Array;

export interface NewTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: Values;
}

export function floatTensor(shape: readonly number[], values: Float32Array): NewTensor {
  return { dtype: "F32", shape, values };
}

export function halfTensor(shape: readonly number[], values: Float32Array): NewTensor {
  return { dtype: "F16", shape, values: float32ToFloat16(values) };
}

export function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, NewTensor>>,
  metadata = {},
): void {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let at = 0;
  for (const [name, { dtype, shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [at, at + values.byteLength] };
    at += values.byteLength;
  }
  const data = Object.values(tensors).map(({ values }) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  writeFileSync(path, withHeader(JSON.stringify(header), Buffer.concat(data)));
}

/** Any text as the header, for damaged files too. */
export function withHeader(header: string, data: Uint8Array): Buffer {
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}
