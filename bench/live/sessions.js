/** Runs a live transcriber as a reader of its lines would: mubbles itself, and the peer. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { peerPython, peerScript } from "../peers/python.js";
import { wav } from "../wav.js";
import { watchUsage } from "./usage.js";

const MUBBLES = fileURLToPath(new URL("../../bin/mubbles.js", import.meta.url));
const SAMPLE_RATE_HZ = 16_000;
const FEED_SECONDS = 0.1;

/**
 * @typedef {"mic" | "loopback"} Channel
 * @typedef {Partial<Record<Channel, import("./track.js").Track>>} Tracks
 * @typedef {{ type: string, channel?: Channel, utterance?: number, start?: number, end?: number, text?: string, state?: string }} LiveEvent
 * @typedef {object} Session
 * @property {(LiveEvent & { atSeconds: number })[]} events `atSeconds`: as the program says, or as its line came
 * @property {number} beganMs performance.now() at 0 s
 * @property {import("./usage.js").Sample[]} usage
 * @property {number} lateSeconds the longest that a line took from the program's own clock to here; 0 where it has no clock
 * @property {string} stderr
 */

/**
 * `mubbles listen` on files in real time.
 * @param {Tracks} tracks
 * @param {readonly string[]} options
 * @returns {Promise<Session>}
 */
export async function runMubbles(tracks, options) {
  const folder = mkdtempSync(join(tmpdir(), "mubbles-live-"));
  try {
    const devices = Object.entries(tracks).flatMap(([channel, { samples }]) => {
      const path = join(folder, `${channel}.wav`);
      writeFileSync(path, wav(samples));
      return [`--${channel}`, `file:${path}`];
    });
    const child = spawn(
      process.execPath,
      [MUBBLES, "listen", ...devices, "--no-save", "--json", "--verbose", "--language", "en", ...options],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    const session = watch(child);
    let beganMs = Number.NaN;
    let lateSeconds = 0;
    for await (const { line, atMs } of linesOf(child)) {
      const event = JSON.parse(line);
      if (event.type === "session") beganMs = atMs - event.atSeconds * 1000;
      lateSeconds = Math.max(lateSeconds, (atMs - beganMs) / 1000 - event.atSeconds);
      session.events.push(event);
    }
    await session.ended;
    return { ...session, beganMs, lateSeconds };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The peer, fed with both channels in real time on its standard input. Its lines have no times: they count from when they come.
 * @param {Tracks} tracks
 * @param {readonly string[]} options
 * @returns {Promise<Session>}
 */
export async function runPeer(tracks, options) {
  const channels = /** @type {Channel[]} */ (Object.keys(tracks));
  const script = peerScript("live/local_agreement.py");
  const child = spawn(peerPython(), [script, "--channels", channels.join(","), ...options], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {});
  const session = watch(child);
  let beganMs = Number.NaN;
  for await (const { line, atMs } of linesOf(child)) {
    const event = JSON.parse(line);
    if (event.type === "ready") {
      beganMs = performance.now();
      void feed(child.stdin, interleaved(Object.values(tracks)), channels.length, beganMs);
      continue;
    }
    session.events.push({ ...event, atSeconds: (atMs - beganMs) / 1000 });
  }
  await session.ended;
  return { ...session, beganMs, lateSeconds: 0 };
}

/** @param {import("node:child_process").ChildProcess} child */
function watch(child) {
  const usage = watchUsage(child.pid ?? 0);
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([exitCode]) => {
    usage.stop();
    if (exitCode !== 0) throw new Error(`${child.spawnargs.join(" ")} ended with ${exitCode}:\n${stderr}`);
  });
  // Whoever reads the lines meets the failure when they have ended.
  ended.catch(() => {});
  /** @type {Session["events"]} */
  const events = [];
  return {
    events,
    usage: usage.samples,
    ended,
    get stderr() {
      return stderr;
    },
  };
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @returns {AsyncGenerator<{ line: string, atMs: number }>}
 */
async function* linesOf(child) {
  if (child.stdout === null) return;
  /** @type {{ line: string, atMs: number }[]} */
  const lines = [];
  let wake = () => {};
  let open = true;
  const reader = createInterface({ input: child.stdout });
  // The moment counts, not when the reader below has time.
  reader.on("line", (line) => {
    lines.push({ line, atMs: performance.now() });
    wake();
  });
  reader.on("close", () => {
    open = false;
    wake();
  });
  while (open || lines.length > 0) {
    const next = lines.shift();
    if (next !== undefined) yield next;
    else
      await new Promise((resolve) => {
        wake = () => resolve(undefined);
      });
  }
}

/**
 * @param {import("node:stream").Writable} stream
 * @param {Int16Array} samples interleaved
 * @param {number} channels
 * @param {number} beganMs
 */
async function feed(stream, samples, channels, beganMs) {
  const step = FEED_SECONDS * SAMPLE_RATE_HZ * channels;
  for (let position = 0; position < samples.length; position += step) {
    const part = samples.subarray(position, position + step);
    // Sound is there when it has been spoken: a piece goes out at the moment at which it ends.
    const dueMs = beganMs + ((position + part.length) / channels / SAMPLE_RATE_HZ) * 1000;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())));
    if (!stream.write(Buffer.from(part.buffer, part.byteOffset, part.byteLength)))
      await once(stream, "drain");
  }
  stream.end();
}

/** @param {readonly import("./track.js").Track[]} tracks */
function interleaved(tracks) {
  const length = Math.max(...tracks.map(({ samples }) => samples.length));
  const all = new Int16Array(length * tracks.length);
  for (const [channel, { samples }] of tracks.entries()) {
    for (const [i, sample] of samples.entries()) all[i * tracks.length + channel] = sample;
  }
  return all;
}
