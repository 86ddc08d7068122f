/** Opus by the ffmpeg program, where it is on PATH. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { SAMPLE_RATE_HZ } from "../../units.js";
import { OPUS_BITS_PER_SECOND, type OpusEncoder } from "./opus-encoder.js";

const ARGUMENTS = [
  ...["-hide_banner", "-nostdin", "-v", "error", "-f", "f32le", "-ar", String(SAMPLE_RATE_HZ), "-ac", "1"],
  ...["-i", "pipe:0", "-c:a", "libopus", "-b:a", String(OPUS_BITS_PER_SECOND)],
  ...["-f", "ogg", "pipe:1"],
];

/** Undefined where there is no ffmpeg. */
export async function ffmpegOpusEncoder(): Promise<OpusEncoder | undefined> {
  const child = spawn("ffmpeg", ARGUMENTS, { stdio: ["pipe", "pipe", "pipe"] });
  const isThere = await Promise.race([
    once(child, "spawn").then(() => true),
    once(child, "error").then(() => false),
  ]);
  if (!isThere) return undefined;
  const parts: Buffer[] = [];
  let complaint = "";
  child.stdout.on("data", (part: Buffer) => parts.push(part));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  // What it ended with is asked for at the end.
  child.stdin.on("error", () => {});
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  return {
    async push(samples) {
      const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
      // A program that has ended takes nothing any more.
      if (!child.stdin.write(bytes)) await Promise.race([once(child.stdin, "drain"), closed]);
    },
    async end() {
      child.stdin.end();
      if ((await closed) === 0) return Buffer.concat(parts);
      throw new Error(`ffmpeg: ${complaint.trim().split("\n")[0] || "it was ended"}`);
    },
    discard() {
      child.kill("SIGKILL");
    },
  };
}
