/** One session of `mubbles listen` on two recordings, as fast as text can be made. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toInt16, wav } from "../wav.js";

const MUBBLES = fileURLToPath(new URL("../../bin/mubbles.js", import.meta.url));

/** @typedef {{ text: string, words: { word: string }[] }} Line a final text */

/**
 * @param {{ mic: Float32Array, loopback: Float32Array }} channels 16 kHz mono
 * @param {readonly string[]} options
 * @returns {Promise<{ mic: Line[], loopback: Line[] }>}
 */
export async function listenTo(channels, options) {
  const folder = mkdtempSync(join(tmpdir(), "mubbles-echo-"));
  try {
    const devices = Object.entries(channels).flatMap(([channel, samples]) => {
      const path = join(folder, `${channel}.wav`);
      writeFileSync(path, wav(toInt16(samples)));
      return [`--${channel}`, `file:${path}`];
    });
    const args = [MUBBLES, "listen", ...devices, "--speed", "max", "--json", ...options];
    const { status, stdout } = spawnSync(process.execPath, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      maxBuffer: 2 ** 28,
    });
    if (status !== 0) throw new Error(`mubbles ended with ${status}`);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const linesOf = (/** @type {string} */ channel) =>
      events.filter((event) => event.type === "final" && event.channel === channel && event.words.length > 0);
    return { mic: linesOf("mic"), loopback: linesOf("loopback") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
