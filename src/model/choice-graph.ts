/**
 * The choice of the next tokens inside the graph: logit rules, log-softmax and top-k. Over 51,865 tokens this takes
 * 0.16 ms a row here and 0.85 ms in JavaScript, as much as the rest of a decoder step.
 */
import type { GraphBuilder, Value } from "./graph-builder.js";
import { ELEMENT } from "./onnx-proto.js";
import type { VocabularyLogits } from "./vocabulary.js";
import type { WhisperConfig } from "./whisper-config.js";

/** Stands for -∞ where -∞ minus -∞ would make NaN; nothing this low was allowed. */
export const FORBIDDEN = -1e30;

/** So many more text tokens than are wanted are made exact. */
const SPARE_CANDIDATES = 8;

/**
 * Adds to the graph, R being the logits' A:
 *
 * Inputs: `suppress` [V], 0 or FORBIDDEN for each token; `text_bias` and `special_bias` [R, N, 1], 0 or FORBIDDEN for all text
 * tokens (below the end token) and all special ones (from it to the first timestamp); `timestamp_low`, `timestamp_high`
 * [R, N, 1], the timestamps allowed (index from 0, both inclusive); `top_k` [1]; `target_ids` [R, N, 1], text tokens.
 * Outputs: `target_logprobs` [R, N, 1], log-probability of the targets among the text tokens (openai/whisper timing.py:190-193);
 * `top_ids` and `top_logprobs` [R, N, k], best first, after all rules, the one on timestamp probability included:
 * when the timestamps together are more probable than any other token, one of them must come
 * (openai/whisper decoding.py:494-505). Log-probabilities are over what the rules leave (decoding.py:283-285).
 */
export function choiceOfTokens(g: GraphBuilder, logits: VocabularyLogits, config: WhisperConfig): void {
  const { endToken, firstTimestampToken, vocabularySize } = config;
  const row = ["R", "N", 1] as const;
  g.input("suppress", [vocabularySize]);
  g.input("text_bias", row);
  g.input("special_bias", row);
  g.input("timestamp_low", row, ELEMENT.int64);
  g.input("timestamp_high", row, ELEMENT.int64);
  g.input("top_k", [1], ELEMENT.int64);
  g.input("target_ids", row, ELEMENT.int64);

  const last = g.ints("last_axis", [-1]);
  const kinds = g.ints("vocabulary_kinds", [endToken, vocabularySize - endToken]);
  const [textMask, specialMask] = g.ops("Split", ["suppress", kinds], 2, { axis: -1 }) as [Value, Value];
  const allowed = g.op("Add", [logits.special, specialMask]);
  const parts = g.ints("special_parts", [
    firstTimestampToken - endToken,
    vocabularySize - firstTimestampToken,
  ]);
  const [others, times] = g.ops("Split", [allowed, parts], 2, { axis: -1 }) as [Value, Value];
  const specials = g.op("Add", [others, "special_bias"]);
  const timestamps = allowedTimestamps(g, times, vocabularySize - firstTimestampToken);
  const text = likelyText(g, logits, textMask, config);
  const timestampLogSum = g.op("ReduceLogSumExp", [timestamps, last]);

  const untimed = g.op("Max", [
    g.op("Add", [text.largest, "text_bias"]),
    g.op("ReduceMax", [specials, last]),
  ]);
  const forced = g.op("Where", [
    g.op("Greater", [timestampLogSum, untimed]),
    g.floats("forbidden", FORBIDDEN),
    g.floats("allowed", 0),
  ]);
  const textBias = g.op("Add", ["text_bias", forced]);
  const leftSpecials = g.op("Add", [specials, forced]);

  const total = g.op("ReduceLogSumExp", [
    g.op(
      "Concat",
      [g.op("Add", [text.logSum, textBias]), g.op("ReduceLogSumExp", [leftSpecials, last]), timestampLogSum],
      { axis: -1 },
    ),
    last,
  ]);

  const [specialTop, specialIds] = g.ops("TopK", [leftSpecials, "top_k"], 2) as [Value, Value];
  const [timestampTop, timestampIds] = g.ops("TopK", [timestamps, "top_k"], 2) as [Value, Value];
  const candidates = g.op(
    "Concat",
    [g.op("Add", [text.top, g.op("Add", [text.logSum, textBias])]), specialTop, timestampTop],
    { axis: -1 },
  );
  const ids = g.op(
    "Concat",
    [
      text.ids,
      g.op("Add", [specialIds, g.ints("first_special", endToken)]),
      g.op("Add", [timestampIds, g.ints("first_timestamp", firstTimestampToken)]),
    ],
    { axis: -1 },
  );
  const [values, places] = g.ops("TopK", [candidates, "top_k"], 2) as [Value, Value];
  g.named("top_logprobs", "Sub", [values, total]);
  g.named("top_ids", "GatherElements", [ids, places], { axis: -1 });
  g.output("top_logprobs", ["R", "N", "k"]);
  g.output("top_ids", ["R", "N", "k"], ELEMENT.int64);
}

interface LikelyText {
  /** Log-probabilities among the text tokens, [R, N, K], and which these are. Not in order where they were made exact. */
  readonly top: Value;
  readonly ids: Value;
  /** Of the logits, [R, N, 1]. */
  readonly largest: Value;
  /** Logarithm of the sum of their exponentials, [R, N, 1]. */
  readonly logSum: Value;
}

/** The most probable text tokens, and `target_logprobs`. `mask` [end token]: FORBIDDEN for those that must not come. */
function likelyText(
  g: GraphBuilder,
  { text, exactOf }: VocabularyLogits,
  mask: Value,
  { endToken, vocabularySize }: WhisperConfig,
): LikelyText {
  const last = g.ints("last_axis", [-1]);
  const first = [g.ints("from_first", [0]), g.ints("one", [1]), last];
  const noSpecials = g.floats("no_specials", new Float32Array(vocabularySize - endToken).fill(FORBIDDEN));
  const masked = g.op("Add", [text, g.op("Concat", [mask, noSpecials], { axis: 0 })]);
  // Log-softmax is the one fast reduction over the vocabulary; the log-sum is a logit minus its log-probability.
  const logprobs = g.op("LogSoftmax", [masked], { axis: -1 });
  const target = g.op("GatherElements", [logprobs, "target_ids"], { axis: -1 });
  const count =
    exactOf === undefined ? "top_k" : g.op("Add", ["top_k", g.ints("spare_candidates", [SPARE_CANDIDATES])]);
  const [top, ids] = g.ops("TopK", [logprobs, count], 2) as [Value, Value];
  const logits = g.op("GatherElements", [masked, ids], { axis: -1 });
  const logSum = g.op("Sub", [g.op("Slice", [logits, ...first]), g.op("Slice", [top, ...first])]);
  g.output("target_logprobs", ["R", "N", 1]);
  if (exactOf === undefined) {
    g.rename(target, "target_logprobs");
    return { top, ids, largest: g.op("Slice", [logits, ...first]), logSum };
  }
  const known = g.op("Concat", [ids, "target_ids"], { axis: -1 });
  const wrong = g.op("Sub", [exactOf(known), g.op("GatherElements", [text, known], { axis: -1 })]);
  const sizes = g.op("Concat", [count, g.ints("one", [1])], { axis: 0 });
  const [topWrong, targetWrong] = g.ops("Split", [wrong, sizes], 2, { axis: -1 }) as [Value, Value];
  const exactTop = g.op("Add", [top, topWrong]);
  const one = g.floats("whole", 1);
  // What the likely ones gain all together lose: log(1 + Σ p (exp(wrong) - 1)).
  const gained = g.op("Mul", [g.op("Exp", [top]), g.op("Sub", [g.op("Exp", [topWrong]), one])]);
  const growth = g.op("Log", [g.op("Add", [g.op("ReduceSum", [gained, last]), one])]);
  g.named("target_logprobs", "Sub", [g.op("Add", [target, targetWrong]), growth]);
  return {
    top: g.op("Sub", [exactTop, growth]),
    ids,
    largest: g.op("ReduceMax", [g.op("Add", [logits, topWrong]), last]),
    logSum: g.op("Add", [logSum, growth]),
  };
}

function allowedTimestamps(g: GraphBuilder, times: Value, count: number): Value {
  const index = g.ints(
    "timestamp_index",
    Array.from({ length: count }, (_, i) => i),
  );
  const inside = g.op("And", [
    g.op("GreaterOrEqual", [index, "timestamp_low"]),
    g.op("LessOrEqual", [index, "timestamp_high"]),
  ]);
  return g.op("Where", [inside, times, g.floats("forbidden", FORBIDDEN)]);
}
