/** Writes small files as whisper.cpp and CTranslate2 do, whole or damaged. */
import { writeFileSync } from "node:fs";

export interface ForeignTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** The number of its type in that kind of file. */
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** A tiny multilingual Whisper's sizes: tokens, audio positions, width, heads, layers, text positions, width, heads, layers, mels. */
const GGML_SIZES = [51_865, 1500, 64, 1, 1, 448, 64, 1, 1, 80];

export function writeGgml(
  path: string,
  tensors: readonly ForeignTensor[],
  { words = ["a"], magic = 0x67676d6c, sizes = GGML_SIZES } = {},
): void {
  const parts = [u32(magic, ...sizes, 1), u32(1, 2), floats(0, 0), u32(words.length)];
  for (const word of words) parts.push(u32(Buffer.byteLength(word)), Buffer.from(word));
  for (const { name, shape, type, bytes } of tensors)
    parts.push(u32(shape.length, name.length, type, ...[...shape].reverse()), Buffer.from(name), bytes);
  writeFileSync(path, Buffer.concat(parts));
}

interface CTranslate2Options {
  readonly version?: number;
  readonly specification?: string;
  readonly aliases?: readonly (readonly [alias: string, name: string])[];
}

export function writeCTranslate2(
  path: string,
  variables: readonly ForeignTensor[],
  { version = 6, specification = "WhisperSpec", aliases = [] }: CTranslate2Options = {},
): void {
  const parts = [u32(version), named(specification), u32(3, variables.length)];
  for (const { name, shape, type, bytes } of variables) {
    parts.push(named(name), Uint8Array.of(shape.length), u32(...shape), Uint8Array.of(type));
    parts.push(u32(bytes.length), bytes);
  }
  parts.push(u32(aliases.length));
  for (const pair of aliases) parts.push(...pair.map(named));
  writeFileSync(path, Buffer.concat(parts));
}

export function floats(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

function u32(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

function named(name: string): Buffer {
  const text = Buffer.from(`${name}\0`);
  return Buffer.concat([Uint8Array.of(text.length & 255, text.length >> 8), text]);
}
