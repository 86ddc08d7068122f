import { deflate } from "pako";

/**
 * UTF-8 bytes over zlib's bytes (level 6): repetition compresses well. Source: openai/whisper utils.py:45-47. Node's own zlib is
 * a fork that finds other matches, and near the threshold a byte decides; pako 2.1 is zlib 1.2 to the byte.
 */
export function compressionRatio(text: string): number {
  const bytes = Buffer.from(text, "utf8");
  return bytes.length / deflate(bytes, { level: 6 }).length;
}
