/** The logit rules twice: in the graph and on what it names (choice-graph.ts, token-choice.ts), and on all logits (logit-filters.ts). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { FORBIDDEN, likelyTokens } from "../../src/model/choice-graph.js";
import { filterLogits, logSumExp } from "../../src/model/decoding/logit-filters.js";
import { seededRandom } from "../../src/model/decoding/sampling.js";
import { nextTokenConstraint, type TokenConstraint } from "../../src/model/decoding/timestamp-rules.js";
import { GraphBuilder } from "../../src/model/graph-builder.js";
import { createSession, type InferenceSession, Tensor } from "../../src/model/ort.js";
import { Safetensors } from "../../src/model/safetensors.js";
import { chooseTokens, type TokenChoice } from "../../src/model/token-choice.js";
import { readWhisperConfig } from "../../src/model/whisper-config.js";

const config = readWhisperConfig(packagePath("models/whisper-base-int8"));
const { vocabularySize, endToken, firstTimestampToken } = config;
const TOP_K = 6;
const random = seededRandom(11);
const TEXT = 100;
const timestamp = (seconds: number) => firstTimestampToken + Math.round(seconds * 50);

/** Tokens sampled so far, for each shape of constraint there is. */
const HISTORIES = [
  [],
  [timestamp(0.5)],
  [timestamp(0.5), TEXT],
  [timestamp(0.5), TEXT, timestamp(29.98)],
  [timestamp(0.5), TEXT, timestamp(4), timestamp(4)],
  [timestamp(0.5), TEXT, timestamp(29.94), timestamp(29.94), TEXT],
  [timestamp(0.5), TEXT, timestamp(30)],
];

let session: InferenceSession;
beforeAll(async () => {
  const g = new GraphBuilder(Safetensors.openFiles([]));
  const text = g.input("logits", ["R", "N", vocabularySize]);
  likelyTokens(g, { text, special: specialsOf(g, text) }, config);
  session = await createSession(g.encode("choice"), { threads: 2 });
});
afterAll(() => session.release());

describe("both agree", () => {
  // How much the timestamps are raised: their sum far below the best text, about as probable, far above.
  check("timestamps unlikely", -20);
  check("as they come", 0);
  check("about as probable as the best text", 1.5);
  check("timestamps together more probable", 4);
  check("far more probable", 20);

  function check(name: string, raise: number) {
    test(name, async () => {
      const mask = randomMask();
      const constraints = HISTORIES.map((history) => nextTokenConstraint(history, firstTimestampToken));
      const rows = constraints.map(() => randomLogits(raise));
      const choices = await choose(rows, constraints, mask);
      for (const [row, constraint] of constraints.entries()) {
        expectSameChoice(choices[row]!, referenceChoice(rows[row]!, mask, constraint));
      }
    });
  }
});

describe("the rule on timestamp probability", () => {
  const inText = nextTokenConstraint([timestamp(0), TEXT], firstTimestampToken);
  const spread = 40;

  test("many timestamps, each less probable than the best text, together win", async () => {
    const logits = new Float32Array(vocabularySize).fill(-30);
    logits[TEXT] = 3;
    for (let i = 1; i <= spread; i++) logits[firstTimestampToken + i] = 3 - Math.log(spread) + 0.01;
    const { tokens: ids, logprobs } = (await choose([logits], [inText], noMask()))[0]!;
    expect(ids.every((id) => id >= firstTimestampToken)).toBe(true);
    // Over the timestamps alone: text has no share any more.
    expect(logprobs[0]).toBeCloseTo(-Math.log(spread), 4);
  });

  test("a little less together, and text comes first", async () => {
    const logits = new Float32Array(vocabularySize).fill(-30);
    logits[TEXT] = 3;
    for (let i = 1; i <= spread; i++) logits[firstTimestampToken + i] = 3 - Math.log(spread) - 0.01;
    const { tokens: ids, logprobs } = (await choose([logits], [inText], noMask()))[0]!;
    expect(ids[0]).toBe(TEXT);
    expect(logprobs[0]).toBeCloseTo(-Math.log(1 + Math.exp(-0.01)), 4);
  });

  test("timestamps that are not allowed do not count", async () => {
    const logits = new Float32Array(vocabularySize).fill(-30);
    logits[TEXT] = 3;
    logits[timestamp(1)] = 9;
    const later = nextTokenConstraint([timestamp(1), TEXT], firstTimestampToken);
    expect((await choose([logits], [later], noMask()))[0]!.tokens[0]).toBe(TEXT);
  });

  test("the end is weighed like text", async () => {
    const logits = new Float32Array(vocabularySize).fill(-30);
    logits[endToken] = 3;
    logits[timestamp(2)] = 2.9;
    const afterEnd = nextTokenConstraint([timestamp(0), TEXT, timestamp(1)], firstTimestampToken);
    const { tokens: ids } = (await choose([logits], [afterEnd], noMask()))[0]!;
    expect(ids.slice(0, 2)).toEqual([endToken, timestamp(2)]);
  });
});

test("the target's log-probability is among the text tokens, whatever the rules say", async () => {
  const logits = randomLogits(20);
  const constraint = nextTokenConstraint([], firstTimestampToken);
  const [choice] = await choose([logits], [constraint], noMask());
  const expected = logits[TEXT]! - logSumExp(logits.subarray(0, endToken));
  expect(Math.abs(choice!.targetLogprob - expected)).toBeLessThan(1e-4);
});

test("several positions of several rows, each by its own rules", async () => {
  const mask = randomMask();
  const constraints = [HISTORIES[0]!, HISTORIES[2]!, HISTORIES[3]!, HISTORIES[1]!].map((history) =>
    nextTokenConstraint(history, firstTimestampToken),
  );
  const rows = constraints.map(() => randomLogits(1));
  const choices = await choose(rows, constraints, mask, { positions: 2 });
  for (const [i, constraint] of constraints.entries()) {
    expectSameChoice(choices[i]!, referenceChoice(rows[i]!, mask, constraint));
  }
});

describe("logits of the text that are not exact", () => {
  test("the likely ones are made exact, and so are all probabilities where no other is wrong", async () => {
    const mask = randomMask();
    const constraints = HISTORIES.map((history) => nextTokenConstraint(history, firstTimestampToken));
    const rows = constraints.map(() => randomLogits(1));
    const error = rows.map((row) => {
      const likely = new Set(
        Array.from(row.keys())
          .sort((a, b) => row[b]! + mask[b]! - row[a]! - mask[a]!)
          .slice(0, 12),
      );
      return row.map((_, token) => (likely.has(token) || token === TEXT ? randomError() : 0));
    });
    const choices = await choose(rows, constraints, mask, { error });
    const targets = await choose(rows, constraints, mask);
    for (const [row, constraint] of constraints.entries()) {
      expectSameChoice(choices[row]!, referenceChoice(rows[row]!, mask, constraint));
      expect(Math.abs(choices[row]!.targetLogprob - targets[row]!.targetLogprob)).toBeLessThan(1e-4);
    }
  });

  test("where all are wrong, only their sum is, and by less than each", async () => {
    const constraint = nextTokenConstraint([timestamp(0.5)], firstTimestampToken);
    const rows = [randomLogits(-20)];
    const error = rows.map((row) => row.map(randomError));
    const [choice] = await choose(rows, [constraint], noMask(), { error });
    const expected = referenceChoice(rows[0]!, noMask(), constraint);
    expect(choice!.tokens).toEqual(expected.tokens);
    for (const [i, logprob] of choice!.logprobs.entries())
      expect(Math.abs(logprob - expected.logprobs[i]!)).toBeLessThan(0.01);
  });

  function randomError(): number {
    return (random() - 0.5) * 0.1;
  }
});

function specialsOf(g: GraphBuilder, logits: string): string {
  const [from, to] = [g.ints("from", [endToken]), g.ints("to", [vocabularySize])];
  return g.op("Slice", [logits, from, to, g.ints("axis", [-1])]);
}

type Choice = Pick<TokenChoice, "tokens" | "logprobs">;

/** `error`: what the graph's logits of the text are wrong by; those that matter are asked for. */
async function choose(
  rows: readonly Float32Array[],
  constraints: readonly TokenConstraint[],
  mask: Float32Array,
  { positions = 1, error }: { positions?: number; error?: readonly Float32Array[] } = {},
): Promise<TokenChoice[]> {
  const shape = [rows.length / positions, positions];
  const given = new Float32Array(rows.length * vocabularySize);
  for (const [i, row] of rows.entries()) {
    const text = row.map((logit, token) => (token < endToken ? logit + (error?.[i]?.[token] ?? 0) : logit));
    given.set(text, i * vocabularySize);
  }
  const index = (pick: (constraint: TokenConstraint) => number) =>
    new Tensor(
      "int64",
      BigInt64Array.from(constraints, (c) => BigInt(pick(c))),
      [...shape, 1],
    );
  const result = await session.run({
    logits: new Tensor("float32", given, [...shape, vocabularySize]),
    suppress: new Tensor("float32", mask, [vocabularySize]),
    timestamp_low: index(({ timestampLow }) => timestampLow),
    timestamp_high: index(({ timestampHigh }) => timestampHigh),
    top_k: new Tensor("int64", BigInt64Array.of(BigInt(TOP_K)), [1]),
    target_ids: index(() => TEXT),
  });
  const ids = result.likely_ids!.data as BigInt64Array;
  const logits = result.likely_logits!.data as Float32Array;
  const part = <Numbers extends BigInt64Array | Float32Array>(numbers: Numbers, i: number) =>
    numbers.slice((i * numbers.length) / rows.length, ((i + 1) * numbers.length) / rows.length) as Numbers;
  return constraints.map((constraint, i) => {
    const exactLogit = error && ((token: number) => rows[i]![token]!);
    return chooseTokens({ ids: part(ids, i), logits: part(logits, i), exactLogit }, constraint, TOP_K, TEXT);
  });
}

function referenceChoice(logits: Float32Array, mask: Float32Array, constraint: TokenConstraint): Choice {
  const filtered = logits.slice();
  const logSum = filterLogits(filtered, mask, constraint, config);
  const tokens = Array.from(filtered.keys())
    .sort((a, b) => filtered[b]! - filtered[a]!)
    .slice(0, TOP_K);
  return { tokens, logprobs: tokens.map((token) => filtered[token]! - logSum) };
}

/** Where the rules leave fewer than TOP_K tokens, the rest must be marked forbidden on both sides. */
function expectSameChoice(got: Choice, expected: Choice) {
  const allowed = expected.logprobs.filter((logprob) => logprob > FORBIDDEN / 2).length;
  expect(allowed).toBeGreaterThan(0);
  expect(got.tokens.slice(0, allowed)).toEqual(expected.tokens.slice(0, allowed));
  for (const [i, logprob] of got.logprobs.entries()) {
    if (i < allowed) expect(Math.abs(logprob - expected.logprobs[i]!)).toBeLessThan(1e-4);
    else expect(logprob).toBeLessThan(FORBIDDEN / 2);
  }
}

/** About as peaked as the model's; no two are equal. */
function randomLogits(timestampRaise: number): Float32Array {
  return Float32Array.from({ length: vocabularySize }, (_, token) => {
    const gaussian = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return 3 * gaussian + (token >= firstTimestampToken ? timestampRaise - 4 : 0);
  });
}

function randomMask(): Float32Array {
  return Float32Array.from({ length: vocabularySize }, (_, token) =>
    token < firstTimestampToken && token !== endToken && random() < 0.1 ? FORBIDDEN : 0,
  );
}

function noMask(): Float32Array {
  return new Float32Array(vocabularySize);
}
