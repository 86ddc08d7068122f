/** What an utterance sounds like so far: one hypothesis, and what the policy makes of it. */
import { assembleWindow } from "../../dsp/mel.js";
import type { Engine } from "../../model/engine.js";
import type { PartialResult } from "../../model/live-window.js";
import { traceSpan, traceWork } from "../../tracing.js";
import { FRAMES_PER_SECOND, FRAMES_PER_TOKEN, SAMPLE_RATE_HZ, WINDOW_FRAMES } from "../../units.js";
import type { ChannelListener } from "./channel-listener.js";
import type { SessionReport } from "./session-report.js";
import { isEnding, tellText } from "./told-text.js";
import type { Utterance } from "./utterance.js";

export interface Hypothesis {
  /** That it was decoded in. */
  readonly language: string;
  apply(): void;
}

interface HypothesisContext {
  readonly channel: ChannelListener;
  readonly engine: Engine;
  readonly recording: number;
  readonly report: SessionReport;
  /** undefined: what the utterance says. */
  readonly language: string | undefined;
}

/** Silence behind the audio: with less, text that ends in the middle of a word is often lost. */
const TAIL_FRAMES = 0.5 * FRAMES_PER_SECOND;

/** Decodes all that there is of an open utterance; `apply` emits its text, unless that is final meanwhile. */
export async function hearUtterance(
  utterance: Utterance,
  { channel, engine, recording, report, language }: HypothesisContext,
): Promise<Hypothesis> {
  const { startSample, draft, decoding } = utterance;
  const heard = { endSample: channel.openEndSample, silenceSeconds: channel.silenceSeconds };
  const columns = channel.columns(startSample, heard.endSample, true);
  const began = performance.now();
  const result = await engine.decodePartial({
    recording,
    ...shortWindow(columns, engine.nMels),
    task: decoding.task,
    language: language ?? decoding.language,
    suppressTokens: decoding.suppressTokens,
    draft,
  });
  const seconds = (heard.endSample - startSample) / SAMPLE_RATE_HZ;
  traceWork("text", "partial", began, { channel: channel.channel, seconds, tokens: result.tokens.length });
  return {
    language: result.language,
    apply: () => applyHypothesis(utterance, result, heard, { channel, report }),
  };
}

function applyHypothesis(
  utterance: Utterance,
  result: PartialResult,
  { endSample, silenceSeconds }: { readonly endSample: number; readonly silenceSeconds: number },
  { channel, report }: Pick<HypothesisContext, "channel" | "report">,
): void {
  const { startSample, policy } = utterance;
  report.totals.partials++;
  report.totals.encodeSeconds += result.encodeSeconds;
  report.totals.decodeSeconds += result.decodeSeconds;
  report.totals.tokens += result.tokens.length;
  utterance.draft = result.tokens;
  utterance.heardSample = endSample;
  if (channel.open !== utterance && !channel.waiting.includes(utterance)) return;
  utterance.language = result.language;
  const audioSeconds = (endSample - startSample) / SAMPLE_RATE_HZ;
  const { words, isCut } = result;
  const heard = { words, isCut, audioSeconds, silenceSeconds, isEnding: isEnding(utterance, channel) };
  const began = performance.now();
  const text = policy.hear(heard);
  traceSpan("text", "policy", began);
  tellText(utterance, text, audioSeconds, { channel, report });
}

/** The audio and a little silence, as short as the encoder takes it. */
function shortWindow(columns: Float32Array, nMels: number): { mel: Float32Array; windowSeconds: number } {
  const frames = columns.length / nMels;
  const windowFrames = Math.ceil((frames + TAIL_FRAMES) / FRAMES_PER_TOKEN) * FRAMES_PER_TOKEN;
  const mel = new Float32Array(nMels * Math.min(windowFrames, WINDOW_FRAMES));
  assembleWindow(columns, frames, nMels, mel, mel.length / nMels);
  return { mel, windowSeconds: frames / FRAMES_PER_SECOND };
}
