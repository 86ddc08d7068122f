import { deflateSync } from "node:zlib";

/** UTF-8 bytes over zlib's bytes (level 6): repetition compresses well. Source: openai/whisper utils.py:45-47. */
export function compressionRatio(text: string): number {
  const bytes = Buffer.from(text, "utf8");
  return bytes.length / deflateSync(bytes, { level: 6 }).length;
}
