/** Words of two texts, matched in order. */

/** @type {Record<string, string>} */
const SPOKEN_FORMS = { mr: "mister", mrs: "missus", dr: "doctor" };

/**
 * @typedef {{ word: string }} Word
 */

/**
 * Small letters, no punctuation, "mr" is "mister"; "" where nothing is left.
 * @param {string} word
 */
export function normalised(word) {
  const plain = word
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
  return SPOKEN_FORMS[plain] ?? plain;
}

/**
 * Pairs of equal words in order, as many as there can be (longest common subsequence).
 * @template {Word} Given
 * @template {Word} Wanted
 * @param {readonly Given[]} given
 * @param {readonly Wanted[]} wanted
 * @returns {[Given, Wanted][]}
 */
export function matched(given, wanted) {
  const left = given.map(({ word }) => normalised(word));
  const right = wanted.map(({ word }) => normalised(word));
  /** Most pairs of the words from i and from j on. */
  const most = Array.from({ length: left.length + 1 }, () => new Int32Array(right.length + 1));
  const at = (/** @type {number} */ i, /** @type {number} */ j) => most[i]?.[j] ?? 0;
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const row = most[i];
      if (row === undefined) continue;
      row[j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  /** @type {[Given, Wanted][]} */
  const pairs = [];
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    const [ours, theirs] = [given[i], wanted[j]];
    if (left[i] === right[j] && ours !== undefined && theirs !== undefined) {
      pairs.push([ours, theirs]);
      i++;
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}
