/**
 * What the echo canceller does to text: clips of one speaker are mixed into the microphone of another as loudspeakers would, go through
 * src/dsp/echo, and are transcribed by `mubbles file`.
 *
 *     npm run bench:echo -- [--data DIR] [--half chosen|held-out] [--pairs N] [--raw] [--texts] [-- OPTIONS FOR mubbles file]
 *
 * Prints, for each leak: words of the loopback that are in the microphone's text (doubled), alone and under another voice, and how many
 * words of the microphone are still there (kept) of those that are there without a leak. Constants were chosen on one half of the speakers;
 * figures are of the other. --raw leaves the canceller out: what it is measured against. --texts prints all texts.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openMedia } from "../dist/audio/media.js";
import { ECHO_DELAY_SAMPLES, ECHO_FRAME_SAMPLES, EchoCanceller } from "../dist/dsp/echo/echo-canceller.js";
import { seededRandom } from "../dist/model/decoding/sampling.js";
import { readManifest } from "./manifest.js";
import { toInt16, wav } from "./wav.js";

const MUBBLES = fileURLToPath(new URL("../bin/mubbles.js", import.meta.url));
const SHARED_DATA = fileURLToPath(new URL("../../shared/data", import.meta.url));
const SAMPLE_RATE_HZ = 16_000;
/** RMS of every speaker where they speak, before the leak's gain. */
const SPEECH_RMS = 0.08;
const NOISE_RMS = 1e-4;

/** `roomSeconds`: time to decay by 60 dB; `overlapSeconds`: when the microphone's speaker begins. */
const LEAKS = [
  { gainDb: -3, lagMs: 3, roomSeconds: 0 },
  { gainDb: -3, lagMs: 60, roomSeconds: 0 },
  { gainDb: -6, lagMs: 20, roomSeconds: 0 },
  { gainDb: -12, lagMs: 120, roomSeconds: 0 },
  { gainDb: -6, lagMs: 40, roomSeconds: 0.2 },
];
const TALKS = ["echo alone", "both from the start", "1.5 s later"];

async function main() {
  const { values, positionals: mubblesOptions } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: "string", default: SHARED_DATA },
      half: { type: "string", default: "held-out" },
      pairs: { type: "string", default: "4" },
      raw: { type: "boolean", default: false },
      texts: { type: "boolean", default: false },
    },
  });
  const speakers = await readSpeakers(values.data, values.half === "chosen" ? 0 : 1);
  const count = Math.min(Number(values.pairs), speakers.length);
  const folder = mkdtempSync(join(tmpdir(), "mubbles-echo-"));
  try {
    const mixes = [];
    for (let i = 0; i < count; i++) {
      const mic = speakers[i];
      const loopback = speakers[(i + 1) % speakers.length];
      mixes.push(...mixesOf(i, mic, loopback, values.raw));
    }
    for (const { name, samples } of mixes) writeWav(join(folder, `${name}.wav`), samples);
    const texts = transcribe(folder, mixes, mubblesOptions);
    report(mixes, texts, count);
    if (values.texts) for (const [name, text] of texts) print(`${name}: ${text}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A clip of each of LibriSpeech's speakers in the manifest: the first half is the one that constants were chosen on. */
async function readSpeakers(data, half) {
  const manifest = readManifest(data);
  const seen = new Set();
  const clips = manifest.filter(({ file, language, category, seconds }) => {
    const speaker = file.replace(/[^/]*$/, (name) => name.split("-")[0]);
    if (language !== "en" || category !== "read" || seconds < 4.5 || seconds > 15) return false;
    return speaker.startsWith("librispeech") && !seen.has(speaker) && seen.add(speaker);
  });
  const middle = Math.ceil((clips.length + 1) / 2);
  const chosen = half === 0 ? clips.slice(0, middle) : clips.slice(middle);
  return Promise.all(chosen.map(({ file }) => readClip(join(data, file))));
}

async function readClip(path) {
  const media = await openMedia(path, { channel: "mix", signal: new AbortController().signal });
  const chunks = [];
  for await (const chunk of media.audio) chunks.push(...chunk);
  await media.close();
  const peak = chunks.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const spoken = chunks.filter((value) => Math.abs(value) > peak / 50);
  const rms = Math.sqrt(spoken.reduce((sum, value) => sum + value * value, 0) / spoken.length);
  return Float32Array.from(chunks, (value) => (value / rms) * SPEECH_RMS);
}

function mixesOf(pair, mic, loopback, isRaw) {
  const mixes = [
    { name: `${pair}-mic`, samples: mic },
    { name: `${pair}-loopback`, samples: loopback },
  ];
  for (const [l, leak] of LEAKS.entries()) {
    for (const [t, talk] of TALKS.entries()) {
      const begin = talk === "1.5 s later" ? 1.5 * SAMPLE_RATE_HZ : 0;
      const length = Math.max(loopback.length, begin + mic.length) + SAMPLE_RATE_HZ / 2;
      const echo = leakOf(loopback, leak, length);
      const random = seededRandom(pair + 1);
      const microphone = Float32Array.from(echo, (value, i) => {
        const voice = talk === "echo alone" ? 0 : (mic[i - begin] ?? 0);
        return value + voice + NOISE_RMS * Math.sqrt(12) * (random() - 0.5);
      });
      const samples = isRaw ? microphone : cancel(microphone, loopback);
      mixes.push({ name: `${pair}-${l}-${t}`, samples, pair, leak, talk });
    }
  }
  return mixes;
}

function leakOf(samples, { gainDb, lagMs, roomSeconds }, length) {
  const random = seededRandom(7);
  const taps = Math.max(1, Math.round(roomSeconds * SAMPLE_RATE_HZ));
  const response = Float64Array.from({ length: taps }, (_, i) => (random() - 0.5) * 10 ** ((-3 * i) / taps));
  response[0] = Math.hypot(...response.subarray(1)) || 1;
  const gain = 10 ** (gainDb / 20) / Math.hypot(...response);
  const lag = Math.round((lagMs / 1000) * SAMPLE_RATE_HZ);
  const out = new Float32Array(length);
  for (const [tap, value] of response.entries()) {
    const start = lag + tap;
    const end = Math.min(length, start + samples.length);
    for (let i = start; i < end; i++) out[i] += gain * value * samples[i - start];
  }
  return out;
}

function cancel(microphone, loopback) {
  const canceller = new EchoCanceller("auto");
  const out = new Float32Array(microphone.length);
  const frame = ECHO_FRAME_SAMPLES;
  const reference = new Float32Array(microphone.length);
  reference.set(loopback.subarray(0, reference.length));
  for (let start = 0; start + frame <= out.length; start += frame) {
    const { samples } = canceller.process(
      microphone.subarray(start, start + frame),
      reference.subarray(start, start + frame),
    );
    if (start >= ECHO_DELAY_SAMPLES) out.set(samples, start - ECHO_DELAY_SAMPLES);
  }
  return out;
}

function transcribe(folder, mixes, options) {
  const out = join(folder, "texts");
  mkdirSync(out);
  const files = mixes.map(({ name }) => join(folder, `${name}.wav`));
  const args = [MUBBLES, "file", ...files, "-f", "json", "--output-dir", out, "--no-progress", "-l", "en"];
  const { status } = spawnSync(process.execPath, [...args, ...options], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error(`mubbles ended with ${status}`);
  return new Map(
    mixes.map(({ name }) => [name, JSON.parse(readFileSync(join(out, `${name}.json`), "utf8")).text]),
  );
}

function report(mixes, texts, pairs) {
  print("leak                       talk                  doubled       kept");
  for (const leak of LEAKS) {
    for (const talk of TALKS) {
      const total = { doubled: 0, loopback: 0, kept: 0, mic: 0 };
      for (const mix of mixes.filter((mix) => mix.leak === leak && mix.talk === talk)) {
        const mic = talk === "echo alone" ? [] : wordsOf(texts.get(`${mix.pair}-mic`));
        const loopback = wordsOf(texts.get(`${mix.pair}-loopback`));
        const heard = wordsOf(texts.get(mix.name));
        const matched = common(mic, heard);
        const rest = heard.filter((_, i) => !matched.has(i));
        total.doubled += common(loopback, rest).size;
        total.loopback += loopback.length;
        total.kept += matched.size;
        total.mic += mic.length;
      }
      const name = `${leak.gainDb} dB, ${leak.lagMs} ms, room ${leak.roomSeconds} s`;
      const kept = total.mic === 0 ? "" : `${total.kept}/${total.mic} ${percent(total.kept, total.mic)}`;
      print(
        `${name.padEnd(26)} ${talk.padEnd(20)} ${`${total.doubled}/${total.loopback}`.padStart(8)}   ${kept}`,
      );
    }
  }
  print(`${pairs} pairs of speakers`);
}

function wordsOf(text) {
  return text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
}

/** Positions in `heard` of a longest common subsequence with `wanted`. */
function common(wanted, heard) {
  const lengths = Array.from({ length: wanted.length + 1 }, () => new Uint16Array(heard.length + 1));
  for (let i = wanted.length - 1; i >= 0; i--) {
    for (let j = heard.length - 1; j >= 0; j--) {
      lengths[i][j] =
        wanted[i] === heard[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  const found = new Set();
  for (let i = 0, j = 0; i < wanted.length && j < heard.length; ) {
    if (wanted[i] === heard[j]) {
      found.add(j);
      i++;
      j++;
    } else if (lengths[i + 1][j] >= lengths[i][j + 1]) i++;
    else j++;
  }
  return found;
}

function percent(part, whole) {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

function writeWav(path, samples) {
  writeFileSync(path, wav(toInt16(samples)));
}

function print(line) {
  process.stdout.write(`${line}\n`);
}

await main();
