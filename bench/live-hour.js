/**
 * Hours of speech on two channels, as fast as text can be made: is every utterance there once, and does memory stay where it is?
 *
 *     npm run bench:hour -- [--minutes N] [--match REGEXP] [--aligned REGEXP] [--data DIR] [-- OPTIONS FOR mubbles listen]
 *
 * Clips with known words follow one another on each channel, again and again in an order of their own, until there are --minutes (60) of
 * them. Of each time a clip is played its words are matched with the final texts of that time: where less than half of what the clip
 * gives alone is there it counts as lost, where half as much again as it has words is there, as doubled. Memory is that of all
 * processes of the program.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readClips } from "./live/clips.js";
import { wordsOf } from "./live/metrics.js";
import { runMubbles } from "./live/sessions.js";
import { makeTrack } from "./live/track.js";
import { matched } from "./word-matching.js";

const SHARED = fileURLToPath(new URL("../../shared", import.meta.url));
/** Voice activity begins and ends an utterance a little before and after its words. */
const MARGIN_SECONDS = 0.7;
const LOST_PART = 0.5;
const DOUBLED_PART = 1.5;
/** Memory is compared with what it was after this part of the run: all that is made once has been made. */
const SETTLED_PART = 1 / 6;

/**
 * @typedef {import("./live/clips.js").Clip} Clip
 * @typedef {import("./live/track.js").Track} Track
 * @typedef {import("./live/sessions.js").Session} Session
 */

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: "string", default: join(SHARED, "data") },
      minutes: { type: "string", default: "60" },
      match: { type: "string", default: "" },
      aligned: { type: "string", default: "^librispeech/" },
    },
  });
  const clips = readClips(values.data, {
    match: new RegExp(values.match),
    aligned: new RegExp(values.aligned),
  });
  const seconds = Number(values.minutes) * 60;
  const tracks = {
    mic: await longTrack(clips, seconds, 0),
    loopback: await longTrack([...clips].reverse(), seconds, Math.floor(clips.length / 2)),
  };
  const session = await runMubbles(tracks, ["--speed", "max", ...positionals]);
  for (const [channel, track] of Object.entries(tracks)) printChannel(channel, track, session);
  printSession(session, tracks.mic.lengthSeconds);
}

/**
 * @param {readonly Clip[]} clips
 * @param {number} seconds
 * @param {number} first index of the clip that begins
 */
async function longTrack(clips, seconds, first) {
  const once = await makeTrack(clips, 0);
  const rounds = Math.max(1, Math.ceil(seconds / once.lengthSeconds));
  const all = Array.from({ length: rounds * clips.length }, (_, i) => {
    // Another order in each round: neighbours change.
    const round = Math.floor(i / clips.length);
    const clip =
      clips[(first + (i % clips.length) * (round % 2 === 0 ? 1 : clips.length - 1)) % clips.length];
    return /** @type {Clip} */ (clip);
  });
  return { ...(await makeTrack(all, 5)), clips: all };
}

/**
 * @param {string} channel
 * @param {Track & { clips: Clip[] }} track
 * @param {Session} session
 */
function printChannel(channel, track, session) {
  const finals = session.events.filter((event) => event.type === "final" && event.channel === channel);
  let next = 0;
  const lost = [];
  const doubled = [];
  for (const clip of track.clips) {
    const words = track.words.slice(next, next + clip.words.length);
    next += clip.words.length;
    const from = Number(words[0]?.startSeconds) - MARGIN_SECONDS;
    const to = Number(words.at(-1)?.endSeconds) + MARGIN_SECONDS;
    const given = finals
      .filter(({ start = 0, end = 0 }) => (start + end) / 2 >= from && (start + end) / 2 <= to)
      .flatMap(({ text }) => wordsOf(text));
    const place = `${clip.file} at ${Math.round(from)} s`;
    if (matched(given, words).length < LOST_PART * words.length) lost.push(place);
    if (given.length > DOUBLED_PART * words.length) doubled.push(place);
  }
  console.log(
    `${channel}: ${track.clips.length} clips, ${finals.length} utterances; lost ${lost.length}, doubled ${doubled.length}`,
  );
  for (const place of lost) console.log(`  lost: ${place}`);
  for (const place of doubled) console.log(`  doubled: ${place}`);
}

/**
 * @param {Session} session
 * @param {number} audioSeconds
 */
function printSession({ events, usage }, audioSeconds) {
  const numbers = events.flatMap(({ type, utterance }) => (type === "final" ? [utterance] : []));
  const begun = events.filter(({ type, state }) => type === "speech" && state === "start").length;
  console.log(
    `${begun} utterances begun, ${numbers.length} final, ${new Set(numbers).size} of them different`,
  );
  const wallSeconds = (Number(usage.at(-1)?.atMs) - Number(usage[0]?.atMs)) / 1000;
  console.log(`${Math.round(audioSeconds)} s of both channels in ${Math.round(wallSeconds)} s`);
  const megabytes = usage.map(({ rssBytes }) => rssBytes / 1e6);
  const settled = megabytes.slice(Math.floor(megabytes.length * SETTLED_PART), -2);
  const [first = Number.NaN] = settled;
  const last = settled.at(-1) ?? Number.NaN;
  const sign = last >= first ? "+" : "";
  console.log(
    `memory: ${Math.round(first)} MB after a sixth, ${Math.round(last)} at the end (${sign}${Math.round(last - first)}), ${Math.round(Math.max(...settled))} at most`,
  );
}

await main();
