/** The recording that mubbles comes with: whether a model works here, and how fast it is. */
import { packagePath } from "../assets.js";
import { DEFAULT_SPEECH_DETECTOR_OPTIONS } from "../dsp/speech-detector.js";
import { MubblesError } from "../errors.js";
import type { Timings } from "../events.js";
import { DEFAULT_DECODING_OPTIONS } from "../model/decoding-options.js";
import type { Engine } from "../model/engine.js";
import { DEFAULT_REFERENCE_OPTIONS } from "../pipeline/reference/reference-options.js";
import { transcribe } from "../pipeline/transcribe.js";
import type { TranscribeOptions } from "../pipeline/transcribe-options.js";

/** 27.5 s of read English. */
export const SAMPLE = packagePath("samples/austen.mp4");

const OPTIONS: TranscribeOptions = {
  strategy: "fast",
  channel: "mix",
  speakers: [],
  raw: undefined,
  decoding: DEFAULT_DECODING_OPTIONS,
  words: false,
  initialPrompt: undefined,
  reference: DEFAULT_REFERENCE_OPTIONS,
  vad: DEFAULT_SPEECH_DETECTOR_OPTIONS,
};

/** INPUT_NOT_FOUND, INPUT_NO_DECODER, and what the engine fails with. */
export async function transcribeSample(
  engine: Engine,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly timings: Timings }> {
  let text = "";
  for await (const event of transcribe(SAMPLE, OPTIONS, engine, signal)) {
    if (event.type === "segment") text += `${event.segment.text} `;
    else if (event.type === "end") return { text, timings: event.timings };
  }
  throw new MubblesError("INTERNAL", { detail: "a transcription without an end" });
}
