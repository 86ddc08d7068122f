/**
 * Live text against the moment at which each word was really spoken: mubbles listen and, beside it, a streaming peer, in real time.
 *
 *     npm run bench:live -- [--peer-model DIR] [--peer-chunk SECONDS]… [--channels one|both|all] [--match REGEXP] [--aligned REGEXP]
 *                           [--silence-seconds N] [--data DIR] [--json FILE] [--list] [-- OPTIONS FOR mubbles listen]
 *
 * Clips of --data's manifest.json that have forced alignments, and those that --aligned matches (`mubbles align` finds their words), follow
 * one another on a channel with pauses of 1.5 s; with two channels, each hears half of them, so that both talk at once. It takes
 * as long as the speech, for each system and each number of channels. live/metrics.js says how it is counted; --list shows the texts in
 * which something was confirmed that the full decoder does not say.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readClips } from "./live/clips.js";
import { figuresOf, wordErrors, wordsOf } from "./live/metrics.js";
import { printTable, rowsOf } from "./live/report.js";
import { runMubbles, runPeer } from "./live/sessions.js";
import { makeTrack } from "./live/track.js";
import { missingPeer } from "./peers/whole-file.js";

const MUBBLES = fileURLToPath(new URL("../bin/mubbles.js", import.meta.url));
const SHARED = fileURLToPath(new URL("../../shared", import.meta.url));

/**
 * @typedef {import("./live/clips.js").Clip} Clip
 * @typedef {import("./live/sessions.js").Tracks} Tracks
 */

async function main() {
  const { values, positionals: mubblesOptions } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: "string", default: join(SHARED, "data") },
      match: { type: "string", default: "" },
      aligned: { type: "string", default: "^librispeech/" },
      channels: { type: "string", default: "all" },
      "silence-seconds": { type: "string", default: "20" },
      "peer-model": { type: "string", default: process.env.MUBBLES_PEER_MODEL },
      "peer-chunk": { type: "string", multiple: true, default: ["1.0"] },
      json: { type: "string" },
      list: { type: "boolean", default: false },
    },
  });
  const peerModel = values["peer-model"];
  const withoutPeer = missingPeer(peerModel);
  const clips = readClips(values.data, {
    match: new RegExp(values.match),
    aligned: new RegExp(values.aligned),
  });
  const silenceSeconds = Number(values["silence-seconds"]);
  const results = [];
  for (const tracks of await makeTracks(clips, values.channels, silenceSeconds)) {
    const place = Object.keys(tracks).length === 1 ? "one channel" : "both channels";
    const add = (
      /** @type {string} */ system,
      /** @type {import("./live/sessions.js").Session} */ session,
    ) => {
      const figures = figuresOf(session, tracks);
      results.push({ system, place, ...rowsOf(session, figures, tracks) });
      if (!values.list) return;
      for (const { confirmed, full } of figures.contradicted)
        print(`${system} confirmed: ${confirmed}\n${" ".repeat(system.length)}      full: ${full.trim()}`);
    };
    print(`${place}: ${describe(tracks)}`);
    add("mubbles", await runMubbles(tracks, mubblesOptions));
    if (withoutPeer !== undefined) continue;
    for (const chunk of values["peer-chunk"])
      add(`peer, ${chunk} s`, await runPeer(tracks, ["--model", String(peerModel), "--chunk", chunk]));
  }
  if (withoutPeer !== undefined) print(`without the peer: ${withoutPeer}`);
  const batch = batchErrors(clips);
  print(
    `\n\`mubbles file\` on the same clips: ${((100 * batch.errors) / batch.spoken).toFixed(1)} % word errors\n`,
  );
  printTable(results, print);
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ batch, results }, undefined, 1)}\n`);
}

/**
 * @param {readonly Clip[]} clips
 * @param {string} channels
 * @param {number} silenceSeconds
 * @returns {Promise<Tracks[]>}
 */
async function makeTracks(clips, channels, silenceSeconds) {
  if (!["one", "both", "all"].includes(channels)) throw new Error("--channels is one, both or all");
  const isEven = (/** @type {unknown} */ _, /** @type {number} */ i) => i % 2 === 0;
  const isOdd = (/** @type {unknown} */ _, /** @type {number} */ i) => i % 2 === 1;
  /** @type {Tracks[]} */
  const all = [];
  if (channels !== "both") all.push({ mic: await makeTrack(clips, silenceSeconds) });
  if (channels !== "one")
    all.push({
      mic: await makeTrack(clips.filter(isEven), silenceSeconds),
      loopback: await makeTrack(clips.filter(isOdd), silenceSeconds),
    });
  return all;
}

/** @param {Tracks} tracks */
function describe(tracks) {
  return Object.entries(tracks)
    .map(
      ([channel, { words, lengthSeconds }]) =>
        `${channel} ${words.length} words in ${lengthSeconds.toFixed(0)} s`,
    )
    .join(", ");
}

/** @param {readonly Clip[]} clips */
function batchErrors(clips) {
  let [errors, spoken] = [0, 0];
  for (const { path, words } of clips) {
    const args = [MUBBLES, "file", path, "-f", "txt", "--language", "en", "--quiet"];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`mubbles file ${path} ended with ${status}:\n${stderr}`);
    errors += wordErrors(wordsOf(stdout), words);
    spoken += words.length;
  }
  return { errors, spoken };
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
