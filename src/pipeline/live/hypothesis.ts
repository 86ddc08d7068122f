/** What an utterance sounds like so far: one hypothesis, and what the policy makes of it. */
import { assembleWindow } from "../../dsp/mel.js";
import type { Engine } from "../../model/engine.js";
import type { PartialRequest, PartialResult } from "../../model/live-window.js";
import { traceSpan, traceWork } from "../../tracing.js";
import { FRAMES_PER_SECOND, FRAMES_PER_TOKEN, SAMPLE_RATE_HZ, WINDOW_FRAMES } from "../../units.js";
import type { ChannelListener } from "./channel-listener.js";
import type { SessionReport } from "./session-report.js";
import { isEnding, isGoingOn, tellText } from "./told-text.js";
import type { Utterance } from "./utterance.js";

export interface Hypothesis {
  /** That it was decoded in. */
  readonly language: string;
  apply(): void;
}

interface DecodeContext {
  readonly channel: ChannelListener;
  readonly engine: Engine;
  readonly recording: number;
  readonly report: SessionReport;
}

interface HypothesisContext extends DecodeContext {
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
  const heard = { endSample: channel.openEndSample, silenceSeconds: channel.silenceSeconds };
  const columns = channel.columns(utterance.startSample, heard.endSample, true);
  const began = performance.now();
  const result = await engine.decodePartial({
    ...requestOf(utterance, recording, language),
    ...windowOf(columns, engine.nMels, columns.length / engine.nMels + TAIL_FRAMES),
  });
  const seconds = (heard.endSample - utterance.startSample) / SAMPLE_RATE_HZ;
  traceWork("text", "partial", began, { channel: channel.channel, seconds, tokens: result.tokens.length });
  return {
    language: result.language,
    apply: () => applyHypothesis(utterance, result, heard, { channel, report }),
  };
}

/**
 * Hears it in a window of 30 s, as its final will be: a short one costs a fifth and is wrong twice as often (docs/notes/live-policy.md). There
 * must be a hypothesis of it. The function that it gives emits what may be confirmed by it.
 */
export async function checkUtterance(
  utterance: Utterance,
  { channel, engine, recording, report }: DecodeContext,
): Promise<() => void> {
  const endSample = channel.openEndSample;
  utterance.checkedSample = endSample;
  const columns = channel.columns(utterance.startSample, endSample);
  const began = performance.now();
  const result = await engine.decodePartial({
    ...requestOf(utterance, recording, utterance.language),
    ...windowOf(columns, engine.nMels, WINDOW_FRAMES),
  });
  const audioSeconds = (endSample - utterance.startSample) / SAMPLE_RATE_HZ;
  traceWork("text", "check", began, { channel: channel.channel, seconds: audioSeconds });
  return () => {
    count(result, report);
    if (!isGoingOn(utterance, channel) || isEnding(utterance, channel)) return;
    const text = utterance.policy.check!({ words: result.words, audioSeconds });
    tellText(utterance, text, audioSeconds, { channel, report });
  };
}

function requestOf(
  { draft, decoding }: Utterance,
  recording: number,
  language: string | undefined,
): Omit<PartialRequest, "mel" | "windowSeconds"> {
  const { task, suppressTokens } = decoding;
  return { recording, task, language: language ?? decoding.language, suppressTokens, draft };
}

function count({ encodeSeconds, decodeSeconds, tokens }: PartialResult, { totals }: SessionReport): void {
  totals.encodeSeconds += encodeSeconds;
  totals.decodeSeconds += decodeSeconds;
  totals.tokens += tokens.length;
}

function applyHypothesis(
  utterance: Utterance,
  result: PartialResult,
  { endSample, silenceSeconds }: { readonly endSample: number; readonly silenceSeconds: number },
  { channel, report }: Pick<HypothesisContext, "channel" | "report">,
): void {
  const { startSample, policy } = utterance;
  report.totals.partials++;
  count(result, report);
  utterance.draft = result.tokens;
  utterance.heardSample = endSample;
  if (!isGoingOn(utterance, channel)) return;
  utterance.language = result.language;
  const audioSeconds = (endSample - startSample) / SAMPLE_RATE_HZ;
  const { words, isCut } = result;
  const heard = { words, isCut, audioSeconds, silenceSeconds, isEnding: isEnding(utterance, channel) };
  const began = performance.now();
  const text = policy.hear(heard);
  traceSpan("text", "policy", began);
  tellText(utterance, text, audioSeconds, { channel, report });
}

/** The audio and silence behind it. */
function windowOf(
  columns: Float32Array,
  nMels: number,
  windowFrames: number,
): { mel: Float32Array; windowSeconds: number } {
  const frames = columns.length / nMels;
  const wholeFrames = Math.min(Math.ceil(windowFrames / FRAMES_PER_TOKEN) * FRAMES_PER_TOKEN, WINDOW_FRAMES);
  const mel = new Float32Array(nMels * wholeFrames);
  assembleWindow(columns, frames, nMels, mel, wholeFrames);
  return { mel, windowSeconds: frames / FRAMES_PER_SECOND };
}
