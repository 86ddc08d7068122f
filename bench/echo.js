/**
 * What leaking loudspeakers do to the microphone's text: one speaker is mixed into the microphone of another as a room would, and
 * `mubbles listen` hears both channels.
 *
 *     npm run bench:echo -- [--data DIR] [--pairs 0,1,2,3] [--levels -3,-6,-12] [--lags 3,20,60,120] [--rooms 0,0.2] [--devices]
 *                           [--texts] [--json FILE] [-- OPTIONS FOR mubbles listen]
 *
 * Every leak is heard twice from the start of a session: alone, when every line of the microphone is a false one, and under another voice, when
 * the words that the microphone had without a leak are counted again (kept), and the loopback's beside them (doubled). --devices: not all levels
 * and lags, but what devices do. `-- --echo-gate off` shows what it is measured against. The pairs are of speakers that no
 * constant was chosen on.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DEVICE_LEAKS, leakOf } from "./echo/leaks.js";
import { listenTo } from "./echo/session.js";
import { microphoneNoise, readVoice } from "./echo/voices.js";
import { matched } from "./word-matching.js";

const SHARED_DATA = fileURLToPath(new URL("../../shared/data", import.meta.url));
const TAIL_SAMPLES = 8000;
/** Part of a line's words that makes it the loopback's. */
const DOUBLED_SHARE = 0.5;

/** Microphone, loopback: other speakers, and mostly other languages. */
const PAIRS = [
  ["librispeech/3331-159605-0002.flac", "picovoice/test_fr.wav"],
  ["picovoice/test_es.wav", "librispeech/1272-128104-0000_padded.wav"],
  ["fleurs/fleurs-en-003.ogg", "picovoice/test_it.wav"],
  ["librispeech/61-70968-0000.flac", "librispeech/3005-163389-0000.flac"],
];

/**
 * @typedef {import("./echo/leaks.js").Leak} Leak
 * @typedef {import("./echo/session.js").Line} Line
 * @typedef {{ word: string }} Word
 * @typedef {object} Row
 * @property {number} pair
 * @property {string} leak
 * @property {number} falseLines of the microphone while nobody talks there
 * @property {number} doubledLines under another voice
 * @property {number} doubledWords
 * @property {number} keptWords
 * @property {number} micWords
 */

async function main() {
  const { values, positionals: listenOptions } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: "string", default: SHARED_DATA },
      pairs: { type: "string", default: "0,1,2,3" },
      levels: { type: "string", default: "-3,-6,-12" },
      lags: { type: "string", default: "3,20,60,120" },
      rooms: { type: "string", default: "0,0.2" },
      devices: { type: "boolean", default: false },
      texts: { type: "boolean", default: false },
      json: { type: "string" },
    },
  });
  const leaks = values.devices ? DEVICE_LEAKS : leaksOf(values);
  /** @type {Row[]} */
  const rows = [];
  for (const pair of numbers(values.pairs)) {
    const [micFile, loopbackFile] = PAIRS[pair];
    const mic = await readVoice(join(values.data, micFile));
    const loopback = await readVoice(join(values.data, loopbackFile));
    const length = Math.max(mic.length, loopback.length) + TAIL_SAMPLES;
    const noise = microphoneNoise(length, pair + 1);
    const hear = async (/** @type {Float32Array[]} */ ...sounds) => {
      const microphone = noise.map((sample, i) =>
        sounds.reduce((sum, sound) => sum + (sound[i] ?? 0), sample),
      );
      return await listenTo({ mic: microphone, loopback }, listenOptions);
    };
    const without = await hear(mic);
    for (const [name, leak] of Object.entries(leaks)) {
      const echo = leakOf(loopback, leak, length, pair + 7);
      const alone = await hear(echo);
      const both = await hear(mic, echo);
      const row = { pair, leak: name, falseLines: alone.mic.length, ...compared(both.mic, without) };
      rows.push(row);
      print(described(`pair ${pair}: ${name}`, row));
      if (values.texts) for (const line of [...alone.mic, ...both.mic]) print(`    ${line.text}`);
    }
  }
  for (const name of Object.keys(leaks))
    print(described(name, total(rows.filter((row) => row.leak === name))));
  print(described("all", total(rows)));
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(rows));
}

/**
 * @param {{ levels: string, lags: string, rooms: string }} values
 * @returns {Record<string, Leak>}
 */
function leaksOf({ levels, lags, rooms }) {
  /** @type {Record<string, Leak>} */
  const leaks = {};
  for (const roomSeconds of numbers(rooms)) {
    for (const gainDb of numbers(levels)) {
      for (const lagMs of numbers(lags)) {
        leaks[`${gainDb} dB, ${lagMs} ms, room ${roomSeconds} s`] = { gainDb, lagMs, roomSeconds };
      }
    }
  }
  return leaks;
}

/** @param {string} list */
function numbers(list) {
  return list.split(",").map(Number);
}

/**
 * @param {readonly Line[]} heard
 * @param {{ mic: readonly Line[], loopback: readonly Line[] }} without
 */
function compared(heard, without) {
  const mic = wordsOf(without.mic);
  const kept = new Set(matched(mic, wordsOf(heard)).map(([, word]) => word));
  const rest = wordsOf(heard).filter((word) => !kept.has(word));
  const doubled = new Set(matched(wordsOf(without.loopback), rest).map(([, word]) => word));
  const isDoubled = ({ words }) =>
    words.filter((word) => doubled.has(word)).length > DOUBLED_SHARE * words.length;
  return {
    doubledLines: heard.filter(isDoubled).length,
    doubledWords: doubled.size,
    keptWords: kept.size,
    micWords: mic.length,
  };
}

/** @param {readonly Line[]} lines */
function wordsOf(lines) {
  return lines.flatMap(({ words }) => words);
}

/** @param {readonly Row[]} rows */
function total(rows) {
  const sum = (
    /** @type {"falseLines" | "doubledLines" | "doubledWords" | "keptWords" | "micWords"} */ name,
  ) => rows.reduce((sum, row) => sum + row[name], 0);
  return {
    falseLines: sum("falseLines"),
    doubledLines: sum("doubledLines"),
    doubledWords: sum("doubledWords"),
    keptWords: sum("keptWords"),
    micWords: sum("micWords"),
  };
}

/**
 * @param {string} name
 * @param {ReturnType<typeof total>} row
 */
function described(name, { falseLines, doubledLines, doubledWords, keptWords, micWords }) {
  const kept = `${keptWords} of ${micWords} kept, ${((100 * keptWords) / micWords).toFixed(1)} %`;
  return `${name.padEnd(38)} alone: ${falseLines} lines; both: ${doubledLines} lines, ${doubledWords} words doubled, ${kept}`;
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}

await main();
