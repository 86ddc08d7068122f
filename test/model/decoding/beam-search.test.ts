/**
 * Beam search against a straight port of openai/whisper decoding.py:301-404 on random scores. The rows' caches are lists of
 * tokens here: after every step the cache of each living hypothesis must hold just its own tokens.
 */
import { describe, expect, test } from "vitest";
import { BeamSearch } from "../../../src/model/decoding/beam-search.js";
import { bestCandidate } from "../../../src/model/decoding/ranker.js";
import { seededRandom } from "../../../src/model/decoding/sampling.js";
import type { ShownText } from "../../../src/model/decoding/shown-text.js";
import type { Finished, RowChoice } from "../../../src/model/decoding/token-decoder.js";

const VOCABULARY = 9;
const END = 8;
const MAX_STEPS = 12;

/** Log-probabilities of the next token, the same for the same tokens so far. */
type Scores = (tokens: readonly number[]) => readonly number[];

describe("the same sequences and sums as the reference", () => {
  for (const beams of [1, 2, 3, 5]) {
    for (const patience of [0.5, 1, 2]) {
      // round(1 × 0.5) is 0 in Python, which the reference refuses.
      if (beams * patience < 1) continue;
      check(`${beams} beams, patience ${patience}`, beams, patience, {});
    }
  }
  check("ends are rare", 5, 1, { endRaise: -4 });
  check("ends are frequent", 5, 1, { endRaise: 4 });
  check("round(5 × 0.5) is 2, to even", 5, 0.5, { endRaise: 2 });
  check("round(5 × 1.5) is 8, to even", 5, 1.5, { endRaise: 2 });
  check("equal scores", 4, 1, { steps: 3 });
  check("equal scores, ends frequent", 4, 2, { steps: 3, endRaise: 1 });
  check("most tokens impossible", 5, 1, { impossible: 0.7 });
  check("hardly any token possible", 5, 2, { impossible: 0.95 });

  function check(name: string, beams: number, patience: number, shape: ScoreShape) {
    test(name, () => {
      for (let seed = 1; seed <= 25; seed++) {
        const scores = randomScores(seed, shape);
        const expected = referenceSearch(scores, beams, patience);
        const { results, steps } = search(scores, beams, patience);
        expect(steps).toBe(expected.steps);
        expect(results).toEqual(expected.results);
      }
    });
  }
});

test("what a greedy choice misses, beams find", () => {
  // "0" is likelier than "1" at first, but what follows "1" is certain.
  const scores: Scores = ([first, ...more]) => {
    if (first === undefined) return logs({ 0: 0.6, 1: 0.4 });
    if (more.length > 0) return logs({ [END]: 1 });
    return first === 0 ? logs({ 2: 0.5, 3: 0.5 }) : logs({ 4: 1 });
  };
  expect(search(scores, 2, 1).results[0]!.tokens).toEqual([1, 4]);
});

test("a window without an end: unfinished beams are the candidates, best first", () => {
  const { results, steps } = search(randomScores(3, { endRaise: -100 }), 3, 1);
  expect(steps).toBe(MAX_STEPS);
  expect(results.map(({ tokens }) => tokens.length)).toEqual([MAX_STEPS, MAX_STEPS, MAX_STEPS]);
  const sums = results.map(({ sumLogprob }) => sumLogprob);
  expect(sums).toEqual(sums.toSorted((a, b) => b - a));
});

test("rows that keep their hypothesis are not copied", () => {
  const decoder = new BeamSearch(3, 1, END);
  expect(decoder.advance([{ tokens: [0, 1, 2, 3], logprobs: [-1, -2, -3, -4] }])).toEqual([
    { from: 0, to: 1 },
    { from: 0, to: 2 },
  ]);
  const stay = { tokens: [5, 6, 7, 4], logprobs: [-0.1, -9, -9, -9] };
  expect(decoder.advance([stay, stay, stay])).toEqual([]);
  expect(decoder.active.map(({ tokens }) => tokens)).toEqual([
    [0, 5],
    [1, 5],
    [2, 5],
  ]);
});

describe("text that was shown", () => {
  // "0" is a little likelier than "1".
  const scores: Scores = ([first, ...more]) => {
    if (first === undefined) return logs({ 0: 0.55, 1: 0.45 });
    return more.length === 0 ? logs({ 2: 1 }) : logs({ [END]: 1 });
  };
  const shown = (departureCost: number) => ({ tokens: [1, 2], departureCost });
  const best = (text: ShownText | undefined) => bestCandidate(search(scores, 2, 1, text).results, undefined);

  test("stays where the other one is hardly likelier", () => {
    expect(best(undefined).tokens).toEqual([0, 2]);
    expect(best(shown(0.3)).tokens).toEqual([1, 2]);
  });

  test("gives way to what is clearly likelier", () => expect(best(shown(0.1)).tokens).toEqual([0, 2]));

  test("sums stay those of the model", () =>
    expect(best(shown(0.1)).sumLogprob).toBe(Math.fround(Math.log(0.55))));

  test("at no cost it changes nothing", () => {
    for (let seed = 1; seed <= 25; seed++) {
      const random = randomScores(seed, { endRaise: 1 });
      const free = { tokens: [1, 2, 3, 1, 5], departureCost: 0 };
      expect(search(random, 5, 1, free)).toEqual(search(random, 5, 1));
    }
  });
});

/** Drives the decoder as BatchDecoder does, caches included. */
function search(
  scores: Scores,
  beams: number,
  patience: number,
  shown?: ShownText,
): { results: Scored[]; steps: number } {
  const decoder = new BeamSearch(beams, patience, END, shown);
  let caches: number[][] = Array.from({ length: beams }, () => []);
  let choices: RowChoice[] = [topOf(scores([]), decoder.topK)];
  for (let steps = 1; ; steps++) {
    for (const { from, to } of decoder.advance(choices)) caches[to] = [...caches[from]!];
    expectSound(decoder, caches, steps);
    if (decoder.isDone || steps === MAX_STEPS) return { results: decoder.results().map(plain), steps };
    caches = caches.map((cache, row) => {
      const own = decoder.active.find((hypothesis) => hypothesis.row === row)!;
      return [...cache, own.tokens.at(-1)!];
    });
    choices = caches.map((cache) => topOf(scores(cache), decoder.topK));
  }
}

/** The caches hold all but the newest token of every hypothesis, each in a row of its own. */
function expectSound(decoder: BeamSearch, caches: readonly (readonly number[])[], steps: number) {
  const rows = decoder.active.map(({ row }) => row);
  expect(new Set(rows).size).toBe(rows.length);
  for (const { tokens, row } of decoder.active) {
    expect(tokens).toHaveLength(steps);
    expect(caches[row]).toEqual(tokens.slice(0, -1));
  }
}

function referenceSearch(
  scores: Scores,
  beams: number,
  patience: number,
): { results: Scored[]; steps: number } {
  const maxCandidates = pythonRound(beams * patience);
  const finished = new Map<string, Scored>();
  // As in the reference all beams begin alike, and fall together in the map of candidates.
  let rows = Array.from({ length: beams }, () => ({ tokens: [] as number[], sumLogprob: 0 }));
  let steps = 0;
  while (steps < MAX_STEPS) {
    steps++;
    const candidates = new Map<string, Scored>();
    for (const { tokens, sumLogprob } of rows) {
      const top = topOf(scores(tokens), beams + 1);
      for (const [i, token] of top.tokens.entries()) {
        const sequence = [...tokens, token];
        candidates.set(sequence.join(), {
          tokens: sequence,
          sumLogprob: Math.fround(sumLogprob + top.logprobs[i]!),
        });
      }
    }
    const ended: Scored[] = [];
    rows = [];
    for (const candidate of byScore([...candidates.values()])) {
      if (candidate.tokens.at(-1) === END) {
        ended.push(candidate);
      } else {
        rows.push({ tokens: [...candidate.tokens], sumLogprob: candidate.sumLogprob });
        if (rows.length === beams) break;
      }
    }
    for (const { tokens, sumLogprob } of byScore(ended)) {
      if (finished.size >= maxCandidates) break;
      finished.set(tokens.join(), { tokens: tokens.slice(0, -1), sumLogprob });
    }
    if (finished.size >= maxCandidates) break;
  }
  // list(np.argsort(sum_logprobs))[::-1]
  const rising = rows.toSorted((a, b) => (a.sumLogprob === b.sumLogprob ? 0 : a.sumLogprob - b.sumLogprob));
  for (const row of rising.reverse()) {
    if (finished.size >= beams) break;
    finished.set([...row.tokens, END].join(), row);
  }
  return { results: [...finished.values()].map(plain), steps };
}

type Scored = Pick<Finished, "tokens" | "sumLogprob" | "handicap">;

function plain({ tokens, sumLogprob, handicap = 0 }: Scored): Scored {
  return { tokens, sumLogprob, handicap };
}

function byScore<T extends Scored>(candidates: readonly T[]): T[] {
  return candidates.toSorted((a, b) => (a.sumLogprob === b.sumLogprob ? 0 : b.sumLogprob - a.sumLogprob));
}

function pythonRound(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}

interface ScoreShape {
  /** Added to the end token's score. */
  readonly endRaise?: number;
  /** Scores take only so many values: ties. */
  readonly steps?: number;
  /** Share of the tokens with a log-probability of -∞. */
  readonly impossible?: number;
}

function randomScores(seed: number, { endRaise = 0, steps, impossible = 0 }: ScoreShape): Scores {
  return (tokens) => {
    let state = seed;
    for (const token of tokens) state = (Math.imul(state, 31) + token + 7) >>> 0;
    const random = seededRandom(state);
    const logits = Array.from({ length: VOCABULARY }, (_, token) => {
      const uniform = random();
      // One token is always possible, as the rules never forbid all.
      const isImpossible = random() < impossible && token !== state % VOCABULARY;
      const logit = steps === undefined ? 4 * uniform : Math.floor(uniform * steps);
      return isImpossible ? Number.NEGATIVE_INFINITY : logit + (token === END ? endRaise : 0);
    });
    if (steps !== undefined) return logits.map((logit) => logit - 4);
    const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return logits.map((logit) => Math.fround(logit - total));
  };
}

function logs(probabilities: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: VOCABULARY }, (_, token) => Math.log(probabilities[token] ?? 0));
}

/** The lower token first where scores are equal, -∞ last. */
function topOf(logprobs: readonly number[], count: number): RowChoice {
  const tokens = [...logprobs.keys()]
    .sort((a, b) => (logprobs[a] === logprobs[b] ? a - b : logprobs[b]! - logprobs[a]!))
    .slice(0, count);
  return { tokens, logprobs: tokens.map((token) => logprobs[token]!) };
}
