/** The logit rules twice: in the graph (choice-graph.ts) and in JavaScript (logit-filters.ts). They must agree. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { choiceOfTokens, FORBIDDEN } from "../../src/model/choice-graph.js";
import { filterLogits, logSumExp } from "../../src/model/decoding/logit-filters.js";
import { seededRandom } from "../../src/model/decoding/sampling.js";
import { nextTokenConstraint, type TokenConstraint } from "../../src/model/decoding/timestamp-rules.js";
import { GraphBuilder } from "../../src/model/graph-builder.js";
import { createSession, type InferenceSession, Tensor } from "../../src/model/ort.js";
import { Safetensors } from "../../src/model/safetensors.js";
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
/** The same, told the text's logits only about, and asked for those that matter. */
let approximate: InferenceSession;
beforeAll(async () => {
  const g = new GraphBuilder(Safetensors.openFiles([]));
  const text = g.input("logits", ["R", "N", vocabularySize]);
  choiceOfTokens(g, { text, special: specialsOf(g, text) }, config);
  session = await createSession(g.encode("choice"), { threads: 2 });
  approximate = await createSession(approximateChoice(), { threads: 2 });
});
afterAll(async () => {
  await session.release();
  await approximate.release();
});

describe("graph and JavaScript agree", () => {
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
    const { ids, logprobs } = (await choose([logits], [inText], noMask()))[0]!;
    expect(ids.every((id) => id >= firstTimestampToken)).toBe(true);
    // Over the timestamps alone: text has no share any more.
    expect(logprobs[0]).toBeCloseTo(-Math.log(spread), 4);
  });

  test("a little less together, and text comes first", async () => {
    const logits = new Float32Array(vocabularySize).fill(-30);
    logits[TEXT] = 3;
    for (let i = 1; i <= spread; i++) logits[firstTimestampToken + i] = 3 - Math.log(spread) - 0.01;
    const { ids, logprobs } = (await choose([logits], [inText], noMask()))[0]!;
    expect(ids[0]).toBe(TEXT);
    expect(logprobs[0]).toBeCloseTo(-Math.log(1 + Math.exp(-0.01)), 4);
  });

  test("timestamps that are not allowed do not count", async () => {
    const logits = new Float32Array(vocabularySize).fill(-30);
    logits[TEXT] = 3;
    logits[timestamp(1)] = 9;
    const later = nextTokenConstraint([timestamp(1), TEXT], firstTimestampToken);
    expect((await choose([logits], [later], noMask()))[0]!.ids[0]).toBe(TEXT);
  });

  test("the end is weighed like text", async () => {
    const logits = new Float32Array(vocabularySize).fill(-30);
    logits[endToken] = 3;
    logits[timestamp(2)] = 2.9;
    const afterEnd = nextTokenConstraint([timestamp(0), TEXT, timestamp(1)], firstTimestampToken);
    const { ids } = (await choose([logits], [afterEnd], noMask()))[0]!;
    expect(ids.slice(0, 2)).toEqual([endToken, timestamp(2)]);
  });
});

test("the target's log-probability is among the text tokens, whatever the rules say", async () => {
  const logits = randomLogits(20);
  const constraint = nextTokenConstraint([], firstTimestampToken);
  const [choice] = await choose([logits], [constraint], noMask());
  const expected = logits[TEXT]! - logSumExp(logits.subarray(0, endToken));
  expect(Math.abs(choice!.target - expected)).toBeLessThan(1e-4);
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
      expect(Math.abs(choices[row]!.target - targets[row]!.target)).toBeLessThan(1e-4);
    }
  });

  test("where all are wrong, only their sum is, and by less than each", async () => {
    const constraint = nextTokenConstraint([timestamp(0.5)], firstTimestampToken);
    const rows = [randomLogits(-20)];
    const error = rows.map((row) => row.map(randomError));
    const [choice] = await choose(rows, [constraint], noMask(), { error });
    const expected = referenceChoice(rows[0]!, noMask(), constraint);
    expect(choice!.ids).toEqual(expected.ids);
    for (const [i, logprob] of choice!.logprobs.entries())
      expect(Math.abs(logprob - expected.logprobs[i]!)).toBeLessThan(0.01);
  });

  function randomError(): number {
    return (random() - 0.5) * 0.1;
  }
});

/** `logits` are what is exact, `error` what the text's are wrong by. */
function approximateChoice(): Uint8Array {
  const g = new GraphBuilder(Safetensors.openFiles([]));
  const logits = g.input("logits", ["R", "N", vocabularySize]);
  const text = g.op("Add", [logits, g.input("error", ["R", "N", vocabularySize])]);
  const exactOf = (ids: string) => g.op("GatherElements", [logits, ids], { axis: -1 });
  choiceOfTokens(g, { text, special: specialsOf(g, logits), exactOf }, config);
  return g.encode("approximate choice");
}

function specialsOf(g: GraphBuilder, logits: string): string {
  const [from, to] = [g.ints("from", [endToken]), g.ints("to", [vocabularySize])];
  return g.op("Slice", [logits, from, to, g.ints("axis", [-1])]);
}

interface Choice {
  readonly target: number;
  readonly ids: readonly number[];
  readonly logprobs: readonly number[];
}

async function choose(
  rows: readonly Float32Array[],
  constraints: readonly TokenConstraint[],
  mask: Float32Array,
  { positions = 1, error }: { positions?: number; error?: readonly Float32Array[] } = {},
): Promise<Choice[]> {
  const shape = [rows.length / positions, positions];
  const joined = (parts: readonly Float32Array[]) => {
    const all = new Float32Array(parts.length * vocabularySize);
    for (const [i, part] of parts.entries()) all.set(part, i * vocabularySize);
    return new Tensor("float32", all, [...shape, vocabularySize]);
  };
  const bias = (isAllowed: (constraint: TokenConstraint) => boolean) =>
    new Tensor(
      "float32",
      Float32Array.from(constraints, (c) => (isAllowed(c) ? 0 : FORBIDDEN)),
      [...shape, 1],
    );
  const index = (pick: (constraint: TokenConstraint) => number) =>
    new Tensor(
      "int64",
      BigInt64Array.from(constraints, (c) => BigInt(pick(c))),
      [...shape, 1],
    );
  const {
    top_ids: ids,
    top_logprobs: logprobs,
    target_logprobs: target,
  } = await (error === undefined ? session : approximate).run({
    logits: joined(rows),
    ...(error === undefined ? {} : { error: joined(error) }),
    suppress: new Tensor("float32", mask, [vocabularySize]),
    text_bias: bias(({ textAllowed }) => textAllowed),
    special_bias: bias(({ specialAllowed }) => specialAllowed),
    timestamp_low: index(({ timestampLow }) => timestampLow),
    timestamp_high: index(({ timestampHigh }) => timestampHigh),
    top_k: new Tensor("int64", BigInt64Array.of(BigInt(TOP_K)), [1]),
    target_ids: index(() => TEXT),
  });
  return rows.map((_, i) => ({
    ids: Array.from((ids!.data as BigInt64Array).subarray(i * TOP_K, (i + 1) * TOP_K), Number),
    logprobs: Array.from((logprobs!.data as Float32Array).subarray(i * TOP_K, (i + 1) * TOP_K)),
    target: (target!.data as Float32Array)[i]!,
  }));
}

function referenceChoice(
  logits: Float32Array,
  mask: Float32Array,
  constraint: TokenConstraint,
): Omit<Choice, "target"> {
  const filtered = logits.slice();
  const logSum = filterLogits(filtered, mask, constraint, config);
  const ids = Array.from(filtered.keys())
    .sort((a, b) => filtered[b]! - filtered[a]!)
    .slice(0, TOP_K);
  return { ids, logprobs: ids.map((id) => filtered[id]! - logSum) };
}

/** Where the rules leave fewer than TOP_K tokens, the rest must be marked forbidden on both sides. */
function expectSameChoice(got: Choice, expected: Omit<Choice, "target">) {
  const allowed = expected.logprobs.filter((logprob) => logprob > FORBIDDEN / 2).length;
  expect(allowed).toBeGreaterThan(0);
  expect(got.ids.slice(0, allowed)).toEqual(expected.ids.slice(0, allowed));
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
