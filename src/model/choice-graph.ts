/**
 * The choice of the next tokens inside the graph: logit rules, log-softmax and top-k. Over 51,865 tokens this takes
 * 0.16 ms a row here and 0.85 ms in JavaScript, as much as the rest of a decoder step.
 */
import type { GraphBuilder, Value } from "./graph-builder.js";
import { ELEMENT } from "./onnx-proto.js";
import type { WhisperConfig } from "./whisper-config.js";

/** Stands for -∞ where -∞ minus -∞ would make NaN; nothing this low was allowed. */
export const FORBIDDEN = -1e30;

/**
 * Adds to the graph, for logits [R, N, V]:
 *
 * Inputs: `suppress` [V], 0 or FORBIDDEN for each token; `text_bias` and `special_bias` [R, N, 1], 0 or FORBIDDEN for all text
 * tokens (below the end token) and all special ones (from it to the first timestamp); `timestamp_low`, `timestamp_high`
 * [R, N, 1], the timestamps allowed (index from 0, both inclusive); `top_k` [1]; `target_ids` [R, N, 1], text tokens.
 * Outputs: `target_logprobs` [R, N, 1], log-probability of the targets among the text tokens (openai/whisper timing.py:190-193);
 * `top_ids` and `top_logprobs` [R, N, k], best first, after all rules, the one on timestamp probability included:
 * when the timestamps together are more probable than any other token, one of them must come
 * (openai/whisper decoding.py:494-505). Log-probabilities are over what the rules leave (decoding.py:283-285).
 */
export function choiceOfTokens(g: GraphBuilder, logits: Value, config: WhisperConfig): void {
  const { endToken, firstTimestampToken, vocabularySize } = config;
  const row = ["R", "N", 1] as const;
  g.input("suppress", [vocabularySize]);
  g.input("text_bias", row);
  g.input("special_bias", row);
  g.input("timestamp_low", row, ELEMENT.int64);
  g.input("timestamp_high", row, ELEMENT.int64);
  g.input("top_k", [1], ELEMENT.int64);
  g.input("target_ids", row, ELEMENT.int64);

  const masked = g.op("Add", [logits, "suppress"]);
  const sizes = g.ints("vocabulary_parts", [
    endToken,
    firstTimestampToken - endToken,
    vocabularySize - firstTimestampToken,
  ]);
  const [text, special, times] = g.ops("Split", [masked, sizes], 3, { axis: -1 }) as [Value, Value, Value];
  const specials = g.op("Add", [special, "special_bias"]);
  const timestamps = allowedTimestamps(g, times, vocabularySize - firstTimestampToken);

  // Log-softmax is the one fast reduction over the vocabulary; the log-sum of the text is its maximum minus the best of these.
  const textLogprobs = g.op("LogSoftmax", [text], { axis: -1 });
  g.named("target_logprobs", "GatherElements", [textLogprobs, "target_ids"], { axis: -1 });
  g.output("target_logprobs", row);
  const [textTop, textIds] = g.ops("TopK", [textLogprobs, "top_k"], 2) as [Value, Value];
  const last = g.ints("last_axis", [-1]);
  const textMax = g.op("ReduceMax", [text, last]);
  const one = g.ints("one", [1]);
  const best = g.op("Slice", [textTop, g.ints("from_first", [0]), one, last]);
  const textLogSum = g.op("Sub", [textMax, best]);
  const timestampLogSum = g.op("ReduceLogSumExp", [timestamps, last]);

  const others = g.op("Max", [g.op("Add", [textMax, "text_bias"]), g.op("ReduceMax", [specials, last])]);
  const forced = g.op("Where", [
    g.op("Greater", [timestampLogSum, others]),
    g.floats("forbidden", FORBIDDEN),
    g.floats("allowed", 0),
  ]);
  const textBias = g.op("Add", ["text_bias", forced]);
  const leftSpecials = g.op("Add", [specials, forced]);

  const total = g.op("ReduceLogSumExp", [
    g.op(
      "Concat",
      [g.op("Add", [textLogSum, textBias]), g.op("ReduceLogSumExp", [leftSpecials, last]), timestampLogSum],
      { axis: -1 },
    ),
    last,
  ]);

  const [specialTop, specialIds] = g.ops("TopK", [leftSpecials, "top_k"], 2) as [Value, Value];
  const [timestampTop, timestampIds] = g.ops("TopK", [timestamps, "top_k"], 2) as [Value, Value];
  const candidates = g.op(
    "Concat",
    [g.op("Add", [textTop, g.op("Add", [textLogSum, textBias])]), specialTop, timestampTop],
    { axis: -1 },
  );
  const ids = g.op(
    "Concat",
    [
      textIds,
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
