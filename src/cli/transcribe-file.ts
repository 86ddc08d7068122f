/** One input: the events of its transcription into its documents and onto standard error. */
import { asMubblesError, EXIT, MubblesError } from "../errors.js";
import type { TranscribeEvent } from "../events.js";
import type { Engine } from "../model/engine.js";
import { formatClock } from "../output/clock.js";
import { createWriter } from "../output/formats.js";
import { hideNoise } from "../output/noise.js";
import type { transcribe } from "../pipeline/transcribe.js";
import { traceSpan } from "../tracing.js";
import { Document } from "./document.js";
import { worseExitCode } from "./exit-code.js";
import type { FileOptions } from "./file-options.js";
import { logTranscription } from "./log-events.js";
import { log } from "./log-file.js";
import { note, reportError, writeError } from "./messages.js";
import type { PlannedInput } from "./outputs.js";
import type { Progress } from "./progress.js";
import { FileSink, StdoutSink } from "./sinks.js";
import { formatTimings } from "./timings.js";

/** Failures that say nothing about the next file; usage here is a channel that this recording does not have. */
const CAUSED_BY_INPUT: readonly number[] = [EXIT.input, EXIT.usage, EXIT.bug];

export interface FileOutcome {
  readonly exitCode: number;
  /** True where going on with the next file makes no sense: the reader has gone, the disk is full, Ctrl-C. */
  readonly stop: boolean;
}

/** What makes the events of an input. */
export type Transcriber = typeof transcribe;

interface FileJob {
  readonly planned: PlannedInput;
  readonly options: FileOptions;
  readonly transcriber: Transcriber;
  readonly engine: Engine;
  /** Where the times of words come from, if not from the engine. */
  readonly aligner: Engine | undefined;
  readonly progress: Progress;
  /** Languages, files and timings are told. */
  readonly talkative: boolean;
  readonly signal: AbortSignal;
}

export async function transcribeFile(job: FileJob): Promise<FileOutcome> {
  const { input } = job.planned;
  const documents = job.planned.documents.map(({ format, path }) => {
    // Noise is hidden here, once for all documents, so that "no speech found" can be said.
    const { wordCues, showWords } = job.options;
    const showSpeakers = job.options.transcribe.channel === "split";
    const writer = createWriter(format, { showNoise: true, wordCues, showWords, showSpeakers });
    return new Document(writer, path === undefined ? new StdoutSink() : new FileSink(path));
  });
  const { language } = job.options.transcribe.decoding;
  const run: FileRun = { exitCode: EXIT.ok, language, readerGone: false };
  try {
    const events = job.transcriber(input, job.options.transcribe, job.engine, job.signal, job.aligner);
    // Leaving the loop early ends the generator, and with it the decoding of the rest.
    for await (const event of events) {
      await handleEvent(event, job, documents, run);
      if (run.readerGone) break;
    }
    for (const document of documents) await document.end(run.language);
    if (!run.readerGone) tellResult(job, documents);
    return { exitCode: run.readerGone ? EXIT.ok : run.exitCode, stop: run.readerGone };
  } catch (thrown) {
    return await failed(asErrorOf(input, thrown), job, documents, run);
  }
}

interface FileRun {
  exitCode: number;
  language: string | undefined;
  readerGone: boolean;
}

async function handleEvent(
  event: TranscribeEvent,
  { planned, options, progress, talkative }: FileJob,
  documents: readonly Document[],
  run: FileRun,
): Promise<void> {
  logTranscription(planned.input, event);
  switch (event.type) {
    case "language":
      run.language ??= event.language;
      if (talkative) note(languageNote(planned.input, event));
      return;
    case "segment": {
      const segment = options.showNoise ? event.segment : hideNoise(event.segment);
      if (segment === undefined) return;
      const began = performance.now();
      for (const document of documents) {
        if (!(await document.segment(segment))) run.readerGone = true;
      }
      traceSpan("output", "write", began);
      return;
    }
    case "progress":
      progress.update(event.positionSeconds, event.durationSeconds);
      return;
    case "warning":
      run.exitCode = worseExitCode(run.exitCode, event.error.exitCode);
      reportError(event.error);
      return;
    case "end":
      run.language = event.language ?? run.language;
      progress.stop();
      if (talkative) writeError(formatTimings(planned.input, event.timings));
  }
}

function languageNote(
  input: string,
  { language, probability, speaker }: Extract<TranscribeEvent, { type: "language" }>,
): string {
  const whose = speaker === undefined ? "" : `, ${speaker}`;
  return `${input}${whose}: language ${language} (${Math.round(probability * 100)} %)`;
}

/** Like asMubblesError, and says which of several inputs met the bug. */
function asErrorOf(input: string, thrown: unknown): MubblesError {
  const error = asMubblesError(thrown);
  if (error === thrown) return error;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new MubblesError("INTERNAL", { where: input, detail, cause: thrown });
}

function tellResult({ planned, options, talkative }: FileJob, documents: readonly Document[]): void {
  if (options.quiet) return;
  if (documents[0]?.segments === 0) note(`${planned.input}: no speech found`);
  if (!talkative) return;
  for (const { path } of planned.documents) if (path !== undefined) note(`wrote ${path}`);
}

/** Reports the failure and ends what was begun, so that every document that stays is valid. */
async function failed(
  error: MubblesError,
  { planned, progress, signal }: FileJob,
  documents: readonly Document[],
  run: FileRun,
): Promise<FileOutcome> {
  progress.stop();
  const interrupted = signal.aborted;
  let exitCode = worseExitCode(run.exitCode, interrupted ? EXIT.interrupted : error.exitCode);
  const problems = [interrupted ? whatWasWritten(planned, documents) : error];
  for (const [index, document] of documents.entries()) {
    try {
      // A pipe's reader waits for a document even when nothing was said yet; a file with nothing in it helps nobody.
      if (interrupted && planned.documents[index]?.path === undefined) await document.end(run.language);
      else await document.endIfBegun(run.language);
    } catch (thrown) {
      await document.release();
      const second = asMubblesError(thrown);
      if (second.code === error.code) continue;
      problems.push(second);
      exitCode = worseExitCode(exitCode, second.exitCode);
    }
  }
  for (const problem of problems) {
    log("error", problem.message, { code: problem.code });
    reportError(problem);
  }
  const nextMayWork = !interrupted && CAUSED_BY_INPUT.includes(error.exitCode);
  return { exitCode, stop: !nextMayWork };
}

function whatWasWritten({ input }: PlannedInput, documents: readonly Document[]): MubblesError {
  const [first] = documents;
  if (first === undefined || first.segments === 0) {
    return new MubblesError("INTERRUPTED", {
      where: input,
      detail: "before the first text",
    });
  }
  const names = documents.map((document) => document.name).join(", ");
  const detail = `${first.segments} segments, up to ${formatClock(first.endSeconds)}, are in ${names}`;
  return new MubblesError("INTERRUPTED", { where: input, detail });
}
