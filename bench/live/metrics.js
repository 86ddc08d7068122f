/**
 * What a live session was worth, from its events and from when each word was really spoken.
 *
 * A spoken word is shown when the text on the screen (what is confirmed and the newest partial text after it) first has it, confirmed
 * when confirmed or final text first has it. Its latency is that moment minus its true end. Words are matched in order, in small
 * letters and without punctuation (word-matching.js), within an utterance and half a second around it. Words that no text has count
 * as errors, not as latencies.
 */
import { matched, normalised } from "../word-matching.js";

/** Voice activity and forced alignment do not agree to the frame about where speech begins and ends. */
const MARGIN_SECONDS = 0.5;

/**
 * @typedef {import("./clips.js").SpokenWord} SpokenWord
 * @typedef {import("./sessions.js").Session} Session
 * @typedef {Session["events"][number]} Event
 * @typedef {{ word: string }} Word
 * @typedef {object} Figures latencies in seconds, one for each word or utterance
 * @property {number[]} shown
 * @property {number[]} confirmed
 * @property {number} confirmedEarly words confirmed before their final
 * @property {number[]} final after the true end of the last word
 * @property {number} confirmedWords given as confirmed
 * @property {number} falseCommits confirmed words that the full decoder's text of the utterance does not have
 * @property {number} unsaid confirmed words that nobody has spoken, whatever the full decoder says
 * @property {{ confirmed: string, full: string }[]} contradicted both texts of the utterances that have such words
 * @property {number} revisions times that shown text changed other than by growing
 * @property {number} utteranceSeconds
 * @property {number} spoken
 * @property {number} errors substituted, missing and invented words of the final texts
 */

/**
 * @param {Session} session
 * @param {import("./sessions.js").Tracks} tracks
 * @returns {Figures}
 */
export function figuresOf(session, tracks) {
  /** @type {Figures} */
  const figures = {
    shown: [],
    confirmed: [],
    confirmedEarly: 0,
    final: [],
    confirmedWords: 0,
    falseCommits: 0,
    unsaid: 0,
    contradicted: [],
    revisions: 0,
    utteranceSeconds: 0,
    spoken: 0,
    errors: 0,
  };
  for (const [channel, { words }] of Object.entries(tracks)) {
    const events = session.events.filter((event) => event.channel === channel);
    for (const utterance of utterancesOf(events)) addUtterance(figures, utterance, words);
    const finals = events.filter(({ type }) => type === "final").sort((a, b) => startOf(a) - startOf(b));
    const text = finals.flatMap((event) => wordsOf(event.text));
    figures.spoken += words.length;
    figures.errors += wordErrors(text, words);
  }
  return figures;
}

/**
 * @param {readonly Event[]} events of one channel
 * @returns {Event[][]} the texts of each utterance, that of the full decoder last
 */
function utterancesOf(events) {
  /** @type {Map<number, Event[]>} */
  const utterances = new Map();
  for (const event of events) {
    if (event.utterance === undefined || event.text === undefined) continue;
    const texts = utterances.get(event.utterance) ?? [];
    utterances.set(event.utterance, [...texts, event]);
  }
  return [...utterances.values()];
}

/**
 * @param {Figures} figures
 * @param {readonly Event[]} events
 * @param {readonly SpokenWord[]} spoken of the whole channel
 */
function addUtterance(figures, events, spoken) {
  const final = events.find(({ type }) => type === "final");
  if (final === undefined) return;
  const [fromSeconds, toSeconds] = [startOf(final) - MARGIN_SECONDS, (final.end ?? 0) + MARGIN_SECONDS];
  const candidates = spoken.filter((word) => word.endSeconds > fromSeconds && word.startSeconds < toSeconds);
  /** @type {Map<SpokenWord, number>} */
  const shownAt = new Map();
  /** @type {Map<SpokenWord, number>} */
  const confirmedAt = new Map();
  const see = (
    /** @type {typeof shownAt} */ moments,
    /** @type {Word[]} */ text,
    /** @type {Event} */ event,
  ) => {
    // Nobody has a word before it is spoken: an equal one must be another.
    const soFar = candidates.filter(({ startSeconds }) => startSeconds < event.atSeconds);
    for (const [, word] of matched(text, soFar)) if (!moments.has(word)) moments.set(word, event.atSeconds);
  };
  /** @type {Word[]} */
  let confirmed = [];
  /** @type {Word[]} */
  let shown = [];
  for (const event of events) {
    if (event.type === "confirmed") {
      confirmed = [...confirmed, ...wordsOf(event.text)];
      see(shownAt, confirmed, event);
      see(confirmedAt, confirmed, event);
    } else if (event.type === "partial") {
      const now = [...confirmed, ...wordsOf(event.text)];
      if (!isPrefix(shown, now)) figures.revisions++;
      shown = now;
      see(shownAt, now, event);
    } else if (event.type === "final") {
      figures.confirmedEarly += confirmedAt.size;
      see(shownAt, wordsOf(event.text), event);
      see(confirmedAt, wordsOf(event.text), event);
    }
  }
  figures.shown.push(...latencies(shownAt));
  figures.confirmed.push(...latencies(confirmedAt));
  const lastSpoken = candidates.at(-1);
  if (lastSpoken !== undefined) figures.final.push(final.atSeconds - lastSpoken.endSeconds);
  const full = events.findLast(({ type }) => type === "full") ?? final;
  figures.confirmedWords += confirmed.length;
  const falseCommits = confirmed.length - matched(confirmed, wordsOf(full.text)).length;
  figures.falseCommits += falseCommits;
  figures.unsaid += confirmed.length - matched(confirmed, candidates).length;
  if (falseCommits > 0)
    figures.contradicted.push({
      confirmed: confirmed.map(({ word }) => word).join(" "),
      full: full.text ?? "",
    });
  figures.utteranceSeconds += (final.end ?? 0) - startOf(final);
}

/**
 * @param {string | undefined} text
 * @returns {Word[]}
 */
export function wordsOf(text = "") {
  return text
    .split(/[\s\p{Pd}]+/u)
    .filter((word) => normalised(word) !== "")
    .map((word) => ({ word }));
}

/** @param {Event} event */
function startOf({ start = 0 }) {
  return start;
}

/** @param {Map<SpokenWord, number>} moments */
function latencies(moments) {
  return [...moments].map(([{ endSeconds }, atSeconds]) => atSeconds - endSeconds);
}

/**
 * @param {readonly Word[]} shorter
 * @param {readonly Word[]} longer
 */
function isPrefix(shorter, longer) {
  return shorter.every(({ word }, i) => normalised(word) === normalised(longer[i]?.word ?? ""));
}

/**
 * Substitutions, insertions and deletions.
 * @param {readonly Word[]} given
 * @param {readonly Word[]} wanted
 */
export function wordErrors(given, wanted) {
  let previous = Array.from({ length: given.length + 1 }, (_, i) => i);
  for (const [row, { word }] of wanted.entries()) {
    const current = [row + 1];
    for (const [column, other] of given.entries()) {
      const substituted = (previous[column] ?? 0) + (normalised(word) === normalised(other.word) ? 0 : 1);
      current.push(Math.min(substituted, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[given.length] ?? 0;
}

/**
 * @param {readonly number[]} values
 * @param {number} part 0.5 is the median
 */
export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
