/** A policy hears what record.js recorded, at the pace of real time; what it said when, against the final text. */
import { POST_ROLL_SAMPLES } from "../../dist/dsp/utterance-tracker.js";
import { comparableWord } from "../../dist/pipeline/live/policy/comparable-word.js";
import { matchWords } from "../../dist/pipeline/live/policy/match-words.js";
import { CHECK_STEP_SECONDS } from "../../dist/pipeline/live/scheduler.js";
import { SAMPLE_RATE_HZ } from "../../dist/units.js";

/**
 * @typedef {import("./record.js").RecordedUtterance} RecordedUtterance
 * @typedef {import("../../dist/pipeline/live/policy/text-policy.js").TextPolicy} TextPolicy
 * @typedef {{ word: string, endSeconds: number }} EndedWord
 * @typedef {object} Pace all in seconds
 * @property {number} intervalSeconds audio between two hypotheses, at least
 * @property {number} computeSeconds from the last sample of a hypothesis to its text
 * @property {number} checkComputeSeconds
 * @property {number} finalComputeSeconds
 * @typedef {object} Outcome
 * @property {number[]} certainSeconds of each word of the final: from its end until it was certain, confirmed or final
 * @property {number[]} confirmedSeconds the same of those that were confirmed before the final
 * @property {number[]} hypothesisSeconds of each word of the final: from its end until it was shown first
 * @property {number} confirmed words
 * @property {number} contradicted words confirmed that the final has not
 * @property {number} checks asked for
 * @property {number} revisions words shown as partial and then replaced or taken back
 * @property {number} seconds of audio
 */

/** In which a final text is made, and no check. */
const PAUSE_SECONDS = POST_ROLL_SAMPLES / SAMPLE_RATE_HZ;

/**
 * @param {RecordedUtterance} utterance
 * @param {readonly (number | undefined)[]} wordEnds true ends of the final's words, where they are known
 * @param {TextPolicy} policy
 * @param {Pace} pace
 * @param {boolean} isUnspaced words are compared by their characters
 * @returns {Outcome}
 */
export function replay(utterance, wordEnds, policy, pace, isUnspaced) {
  const units = (/** @type {readonly EndedWord[]} */ words) => unitsOf(words, isUnspaced);
  const finalUnits = units(
    utterance.final.map((word, i) => ({ ...word, endSeconds: wordEnds[i] ?? word.endSeconds })),
  );
  /** @type {Map<number, number>} when each unit of the final was shown first */
  const shownAt = new Map();
  /** @type {(EndedWord & { atSeconds: number })[]} */
  const confirmed = [];
  /** @type {EndedWord[]} */
  let shown = [];
  let revisions = 0;
  let nextSeconds = 0;
  let checks = 0;
  let checkedSeconds = 0;
  /** @type {{ text: import("../../dist/pipeline/live/policy/text-policy.js").CheckedText, atSeconds: number } | undefined} */
  let underWay;
  const tell = (
    /** @type {import("../../dist/pipeline/live/policy/text-policy.js").HeardText} */ {
      newlyConfirmed,
      partial,
    },
    /** @type {number} */ atSeconds,
  ) => {
    confirmed.push(...units(newlyConfirmed).map((unit) => ({ ...unit, atSeconds })));
    const now = units([...newlyConfirmed, ...partial]);
    revisions += matchWords(shown, now).filter((place) => place === undefined).length;
    shown = units(partial);
    for (const place of matchWords([...confirmed, ...shown], finalUnits)) {
      if (place !== undefined && !shownAt.has(place)) shownAt.set(place, atSeconds);
    }
  };
  for (const hypothesis of utterance.hypotheses) {
    if (hypothesis.audioSeconds < nextSeconds - 1e-6) continue;
    nextSeconds = hypothesis.audioSeconds + pace.intervalSeconds;
    const atSeconds = hypothesis.audioSeconds + pace.computeSeconds;
    if (underWay !== undefined && underWay.atSeconds <= atSeconds && policy.check !== undefined) {
      tell(policy.check(underWay.text), underWay.atSeconds);
      underWay = undefined;
    }
    tell(policy.hear(hypothesis), atSeconds);
    const { audioSeconds, silenceSeconds, checked } = hypothesis;
    if (policy.wantsCheck !== true || underWay !== undefined || silenceSeconds >= PAUSE_SECONDS) continue;
    if (audioSeconds - checkedSeconds < CHECK_STEP_SECONDS - 1e-6) continue;
    underWay = { text: { words: checked, audioSeconds }, atSeconds: audioSeconds + pace.checkComputeSeconds };
    checkedSeconds = audioSeconds;
    checks++;
  }
  const finalAtSeconds = utterance.closeSeconds + pace.finalComputeSeconds;
  const places = matchWords(confirmed, finalUnits);
  const confirmedAt = new Map(confirmed.map(({ atSeconds }, i) => [places[i], atSeconds]));
  const secondsUntil = (/** @type {Map<number | undefined, number>} */ at) =>
    finalUnits.map(({ endSeconds }, i) => (at.get(i) ?? finalAtSeconds) - endSeconds);
  const certainSeconds = secondsUntil(confirmedAt);
  return {
    certainSeconds,
    confirmedSeconds: certainSeconds.filter((_, i) => confirmedAt.has(i)),
    hypothesisSeconds: secondsUntil(shownAt),
    confirmed: confirmed.length,
    contradicted: places.filter((place) => place === undefined).length,
    checks,
    revisions,
    seconds: utterance.closeSeconds,
  };
}

/**
 * What is compared and counted: words with something to hear in them, or in languages written without spaces their characters.
 * @param {readonly EndedWord[]} words
 * @param {boolean} isUnspaced
 * @returns {EndedWord[]}
 */
function unitsOf(words, isUnspaced) {
  const spoken = words.filter(({ word }) => comparableWord(word) !== "");
  if (!isUnspaced) return spoken;
  return spoken.flatMap(({ word, endSeconds }) =>
    [...comparableWord(word)].map((character) => ({ word: character, endSeconds })),
  );
}
