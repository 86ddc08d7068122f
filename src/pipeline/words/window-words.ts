/** Words of a decoded window: from the model that wrote the text, or from another that only says when. */
import { assembleWindow } from "../../dsp/mel.js";
import { MubblesError } from "../../errors.js";
import type { Engine } from "../../model/engine.js";
import type { AlignedWord } from "../../model/timing/aligned-word.js";
import type { WindowResult } from "../../model/window.js";
import type { Word } from "../../transcript.js";
import { SAMPLE_RATE_HZ, WINDOW_FRAMES } from "../../units.js";
import type { PlannedWindow } from "../plan-windows.js";
import { attentionLead } from "./attention-lead.js";
import { segmentWords } from "./segment-words.js";

export interface WordContext {
  readonly engine: Engine;
  /** undefined: the engine's own alignment. */
  readonly aligner: Engine | undefined;
  readonly task: "transcribe" | "translate";
}

/** For each segment of the result its words, on the window's clock. Only reads the window. */
export async function windowWords(
  window: PlannedWindow,
  result: WindowResult,
  { engine, aligner, task }: WordContext,
): Promise<Word[][]> {
  const audio = { ...window, nMels: engine.nMels, lead: attentionLead(aligner ?? engine) };
  if (aligner === undefined) {
    const counts = result.segments.map(
      ({ tokens }) => tokens.filter((token) => token < engine.endToken).length,
    );
    return segmentWords(counts, result.alignment ?? [], audio);
  }
  const { language } = result;
  const texts = result.segments.map(({ text }) => aligner.encode(text));
  const alignment = await alignTokens(window, texts.flat(), { aligner, language, task });
  const counts = texts.map((tokens) => tokens.length);
  return segmentWords(counts, alignment, audio);
}

/** Times of text tokens of the aligner's own in a window. USAGE for a language that it does not know. */
export function alignTokens(
  window: PlannedWindow,
  tokens: readonly number[],
  { aligner, language, task }: { aligner: Engine; language: string; task: "transcribe" | "translate" },
): Promise<readonly AlignedWord[]> {
  if (!aligner.isMultilingual && language !== "en") {
    throw new MubblesError("USAGE", {
      where: "--align-model",
      detail: `it knows only English, and this is ${language}`,
    });
  }
  const { nMels } = aligner;
  const mel = new Float32Array(nMels * WINDOW_FRAMES);
  assembleWindow(window.alignColumns, window.alignColumns.length / nMels, nMels, mel);
  const windowSeconds = (window.endSample - window.startSample) / SAMPLE_RATE_HZ;
  return aligner.align({ mel, windowSeconds, language, task, tokens });
}
