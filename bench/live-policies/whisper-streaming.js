/**
 * LocalAgreement-2 as whisper_streaming has it, to compare with: words equal to the letter, and the confirmed text found in a new
 * hypothesis by its time and by 5-grams.
 *
 * @see https://github.com/ufal/whisper_streaming HypothesisBuffer of whisper_online.py
 */
const TOLERANCE_SECONDS = 0.1;
/** Where the new words begin further from the end of the confirmed ones, no overlap is looked for. */
const OVERLAP_SECONDS = 1;
const MAX_OVERLAP_WORDS = 5;

/**
 * @typedef {import("../../dist/model/live-window.js").PartialWord} PartialWord
 * @returns {import("../../dist/pipeline/live/policy/text-policy.js").TextPolicy}
 */
export function whisperStreaming() {
  /** @type {PartialWord[]} */
  const confirmed = [];
  /** @type {PartialWord[]} */
  let before = [];
  return {
    hear({ words }) {
      const lastEnd = confirmed.at(-1)?.endSeconds ?? 0;
      const fresh = words.filter(({ startSeconds }) => startSeconds > lastEnd - TOLERANCE_SECONDS);
      fresh.splice(0, overlapOf(confirmed, fresh));
      const differs = fresh.findIndex(({ word }, i) => word !== before[i]?.word);
      const newlyConfirmed = differs < 0 ? fresh : fresh.slice(0, differs);
      confirmed.push(...newlyConfirmed);
      before = fresh.slice(newlyConfirmed.length);
      return { newlyConfirmed, partial: before };
    },
  };
}

/**
 * How many of the first words are the last confirmed ones again.
 * @param {readonly PartialWord[]} confirmed
 * @param {readonly PartialWord[]} fresh
 */
function overlapOf(confirmed, fresh) {
  const gap = (fresh[0]?.startSeconds ?? Number.POSITIVE_INFINITY) - (confirmed.at(-1)?.endSeconds ?? 0);
  if (Math.abs(gap) >= OVERLAP_SECONDS) return 0;
  const longest = Math.min(confirmed.length, fresh.length, MAX_OVERLAP_WORDS);
  for (let length = 1; length <= longest; length++) {
    const isSame = fresh
      .slice(0, length)
      .every(({ word }, i) => word === confirmed[confirmed.length - length + i]?.word);
    if (isSame) return length;
  }
  return 0;
}
