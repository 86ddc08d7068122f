/** The whole text of one recording with its words, for who wants it at once. */
import { basename } from "node:path";
import { DEFAULT_SPEECH_DETECTOR_OPTIONS } from "../dsp/speech-detector.js";
import { type ComputeDevice, requireDevice } from "../model/compute-device.js";
import type { Compute } from "../model/compute-type.js";
import { DEFAULT_DECODING_OPTIONS } from "../model/decoding-options.js";
import { Engine } from "../model/engine.js";
import { hideNoise } from "../output/noise.js";
import { DEFAULT_REFERENCE_OPTIONS } from "../pipeline/reference/reference-options.js";
import { transcribe } from "../pipeline/transcribe.js";
import type { TranscribeOptions } from "../pipeline/transcribe-options.js";
import type { Segment } from "../transcript.js";
import { withChosenModel } from "./auto-model.js";
import { unlessAborted } from "./interrupt.js";
import { reportError } from "./messages.js";
import { AUTO } from "./model-flags.js";
import { requireModels } from "./models/require-models.js";
import type { Progress } from "./progress.js";

/** What commander hands over, of these. */
export interface RecordingOptions {
  readonly channels: "mix" | "split";
  readonly speakers?: readonly string[];
  readonly model: string;
  readonly compute?: Compute;
  readonly language?: string;
  readonly task: "transcribe" | "translate";
  readonly threads?: number;
  readonly device: ComputeDevice;
  readonly yes?: true;
  readonly offline?: true;
  readonly quiet?: true;
}

export interface RecordingText {
  readonly segments: readonly Segment[];
  readonly language: string | undefined;
  readonly durationSeconds: number;
}

export async function transcribeRecording(
  input: string,
  options: RecordingOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<RecordingText> {
  const engine = await startEngine(options, progress, signal);
  const segments: Segment[] = [];
  let language: string | undefined;
  let durationSeconds = 0;
  try {
    progress.file({ name: basename(input), number: 1, count: 1 });
    for await (const event of transcribe(input, transcribeOptions(options), engine, signal)) {
      if (event.type === "progress") progress.update(event.positionSeconds, event.durationSeconds);
      else if (event.type === "warning") reportError(event.error);
      else if (event.type === "language") language ??= event.language;
      else if (event.type === "end") durationSeconds = event.timings.audioSeconds;
      else {
        const segment = hideNoise(event.segment);
        if (segment !== undefined) segments.push(segment);
      }
    }
  } finally {
    await engine.close();
  }
  return { segments, language, durationSeconds };
}

async function startEngine(
  options: RecordingOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<Engine> {
  const { model, compute, threads, device, task, yes = false, offline = false, quiet = false } = options;
  await requireDevice(device);
  const wanted = { model, compute, threads, device, encodesAhead: true };
  const language = options.language === AUTO ? undefined : options.language;
  const engine = withChosenModel(wanted, { language, task, isLive: false }, { quiet, verbose: false });
  await requireModels([engine], { yes, offline, quiet }, signal);
  const opened = await unlessAborted(Engine.open(engine), signal, (late) => late.close());
  progress.loading(engine.model, opened.loaded);
  return opened;
}

function transcribeOptions({ channels, speakers = [], task, language }: RecordingOptions): TranscribeOptions {
  return {
    strategy: "fast",
    channel: channels,
    speakers,
    raw: undefined,
    words: true,
    initialPrompt: undefined,
    reference: DEFAULT_REFERENCE_OPTIONS,
    decoding: { ...DEFAULT_DECODING_OPTIONS, task, language: language === AUTO ? undefined : language },
    vad: DEFAULT_SPEECH_DETECTOR_OPTIONS,
  };
}
