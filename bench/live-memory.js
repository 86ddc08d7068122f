/**
 * What `mubbles listen` keeps in memory: while nobody speaks, while both channels do, and when the model has been released.
 *
 *     npm run bench:memory -- [--runs 3] [-- OPTIONS FOR mubbles listen]
 *
 * The sample conversation in real time, silence around it, once with --json and once with the interface in a tmux, in turn. Memory is that
 * of all its processes, twice a second; what several of them map counts once. Linux only.
 */
import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openMedia } from "../dist/audio/media.js";
import { SAMPLE_RATE_HZ } from "../dist/units.js";
import { residentBytes } from "./live/usage.js";
import { toInt16, wav } from "./wav.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MUBBLES = join(ROOT, "bin/mubbles.js");
const CHANNELS = ["mic", "loopback"];
const SILENCE_BEFORE_SECONDS = 8;
const SILENCE_AFTER_SECONDS = 16;
const UNLOAD_AFTER_SECONDS = 10;
/** Whoever starts needs as long to load, and as long after the last word its final text is made. */
const START_SECONDS = 3;
const FINAL_SECONDS = 2;
const INTERVAL_MS = 500;

/** @typedef {{ atSeconds: number, megabytes: number }} Sample */

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: "string", default: "3" } },
  });
  const folder = mkdtempSync(join(tmpdir(), "mubbles-memory-"));
  try {
    const { devices, speechSeconds } = await conversation(folder);
    const args = [
      "listen",
      ...devices,
      "--no-save",
      "--unload-after",
      String(UNLOAD_AFTER_SECONDS),
      ...positionals,
    ];
    for (let run = 0; run < Number(values.runs); run++) {
      print("--json", await watchPlain([...args, "--json"], speechSeconds), speechSeconds);
      print("interface", await watchInterface(args, speechSeconds, folder), speechSeconds);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Each channel of the sample with silence around it.
 * @param {string} folder
 */
async function conversation(folder) {
  const voices = [await voiceOf(0), await voiceOf(1)];
  const silence = (/** @type {number} */ seconds) => new Array(seconds * SAMPLE_RATE_HZ).fill(0);
  const devices = CHANNELS.flatMap((channel, i) => {
    const file = join(folder, `${channel}.wav`);
    const around = [
      ...silence(SILENCE_BEFORE_SECONDS),
      ...(voices[i] ?? []),
      ...silence(SILENCE_AFTER_SECONDS),
    ];
    writeFileSync(file, wav(toInt16(Float32Array.from(around))));
    return [`--${channel}`, `file:${file}`];
  });
  return { devices, speechSeconds: (voices[0]?.length ?? 0) / SAMPLE_RATE_HZ };
}

/** @param {number} channel counted from 0 */
async function voiceOf(channel) {
  const path = join(ROOT, "samples/conversation.opus");
  const media = await openMedia(path, { channel, signal: AbortSignal.timeout(60_000) });
  /** @type {number[]} */
  const samples = [];
  for await (const chunk of media.audio) samples.push(...chunk);
  await media.close();
  return samples;
}

/**
 * @param {readonly string[]} args
 * @param {number} speechSeconds
 */
async function watchPlain(args, speechSeconds) {
  const child = spawn(MUBBLES, args, { stdio: ["ignore", "ignore", "inherit"] });
  const samples = await watch(child.pid ?? 0, speechSeconds);
  child.kill();
  return samples;
}

/**
 * @param {readonly string[]} args
 * @param {number} speechSeconds
 * @param {string} folder what the interface saves on its way out is saved here
 */
async function watchInterface(args, speechSeconds, folder) {
  const socket = `mubbles-${randomUUID()}`;
  const tmux = (/** @type {readonly string[]} */ ...words) =>
    execFileSync("tmux", ["-L", socket, "-f", "/dev/null", ...words], { encoding: "utf8" });
  try {
    tmux("new-session", "-d", "-x", "160", "-y", "45", "-c", folder, ["exec", MUBBLES, ...args].join(" "));
    return await watch(Number(tmux("list-panes", "-F", "#{pane_pid}")), speechSeconds);
  } finally {
    tmux("kill-server");
  }
}

/**
 * Until the end of the silence behind the conversation.
 * @param {number} pid
 * @param {number} speechSeconds
 * @returns {Promise<Sample[]>}
 */
async function watch(pid, speechSeconds) {
  const samples = [];
  const beganMs = performance.now();
  const atSeconds = () => (performance.now() - beganMs) / 1000;
  while (atSeconds() < SILENCE_BEFORE_SECONDS + speechSeconds + SILENCE_AFTER_SECONDS - 1) {
    await sleep(INTERVAL_MS);
    samples.push({ atSeconds: atSeconds(), megabytes: residentBytes(pid) / 1e6 });
  }
  return samples;
}

/**
 * @param {string} name
 * @param {readonly Sample[]} samples
 * @param {number} speechSeconds
 */
function print(name, samples, speechSeconds) {
  const between = (/** @type {number} */ from, /** @type {number} */ to) =>
    samples
      .filter(({ atSeconds }) => atSeconds >= from && atSeconds < to)
      .map(({ megabytes }) => megabytes)
      .sort((a, b) => a - b);
  const part = (/** @type {readonly number[]} */ sorted, /** @type {number} */ share) =>
    Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN);
  const endSeconds = SILENCE_BEFORE_SECONDS + speechSeconds;
  const idle = between(START_SECONDS, SILENCE_BEFORE_SECONDS);
  const speech = between(SILENCE_BEFORE_SECONDS, endSeconds + FINAL_SECONDS);
  const released = between(endSeconds + UNLOAD_AFTER_SECONDS + FINAL_SECONDS, Number.POSITIVE_INFINITY);
  console.log(
    `${name.padEnd(10)} nobody speaks ${part(idle, 0.5)} MB; both speak: median ${part(speech, 0.5)}, 95 of 100 ${part(speech, 0.95)}, most ${part(speech, 1)} MB; released ${part(released, 0.5)} MB`,
  );
}

await main();
