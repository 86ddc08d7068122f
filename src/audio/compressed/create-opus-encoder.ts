/** The encoder that is installed here: node-av, else the ffmpeg program. */
import { ffmpegOpusEncoder } from "./ffmpeg-opus.js";
import { nodeAvOpusEncoder } from "./node-av-opus.js";
import type { OpusEncoder } from "./opus-encoder.js";

/** Undefined where neither is. */
export async function createOpusEncoder(): Promise<OpusEncoder | undefined> {
  return (await nodeAvOpusEncoder()) ?? (await ffmpegOpusEncoder());
}
