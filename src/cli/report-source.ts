/** What a report is made of: a session's own text, or a recording that is transcribed first. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { CHANNEL_ORDER } from "../audio/recorded/recorded-source.js";
import { MubblesError } from "../errors.js";
import type { ChannelName } from "../live-events.js";
import { LANGUAGES } from "../model/languages.js";
import { formatClock } from "../output/clock.js";
import type { ReportText } from "../output/report/report-page.js";
import { findSession, isSession } from "../session/session-folders.js";
import { finalsOf, marksOf, readSession } from "../session/session-reader.js";
import { channelNames, sessionSegments } from "./load-transcript.js";
import type { Progress } from "./progress.js";
import { type RecordingOptions, transcribeRecording } from "./transcribe-recording.js";

export interface ReportSourceOptions extends RecordingOptions {
  readonly title?: string;
}

export interface ReportSource extends Omit<ReportText, "facts"> {
  /** Where the audio is. */
  readonly input: string;
  /** mix: all channels are one. */
  readonly channel: "mix" | "split";
  /** Names of the first channels. */
  readonly speakers: readonly string[];
  readonly marksSeconds: readonly number[];
}

/** INPUT_NOT_FOUND, INPUT_NO_AUDIO, USAGE, and what transcription fails with. */
export async function reportSource(
  name: string,
  options: ReportSourceOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<ReportSource> {
  if (existsSync(name) && !isSession(name)) return await ofRecording(name, options, progress, signal);
  return await ofSession(await findSession(name), options);
}

async function ofSession(
  folder: string,
  { title, speakers = [] }: ReportSourceOptions,
): Promise<ReportSource> {
  const session = await readSession(folder);
  const names = channelNames(speakers);
  // A channel without audio has no column either.
  const channels = CHANNEL_ORDER.filter((each) => session.channels.some(({ name }) => name === each));
  if (channels.length === 0)
    throw new MubblesError("INPUT_NO_AUDIO", { where: folder, detail: "nothing of it was recorded" });
  const segments = sessionSegments(session, speakers).map((segment) => {
    const column = channels.indexOf(CHANNEL_ORDER[segment.channel ?? 0]!);
    return { ...segment, channel: Math.max(0, column) };
  });
  const { startedAt, model } = session.session;
  const language = finalsOf(session).find(({ text }) => text !== "")?.language;
  return {
    input: folder,
    channel: channels.length > 1 ? "split" : "mix",
    title: title ?? new Date(startedAt).toLocaleString("en-GB", { dateStyle: "full", timeStyle: "short" }),
    remarks: [basename(folder), ...remarks(session.durationSeconds, language, model)],
    language,
    segments,
    speakers: channels.map((channel) => names[channel as ChannelName]),
    marksSeconds: marksOf(session),
  };
}

async function ofRecording(
  input: string,
  options: ReportSourceOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<ReportSource> {
  const { channels, speakers = [], title, task, model } = options;
  if (channels === "mix" && speakers.length > 0)
    throw new MubblesError("USAGE", { where: "--speakers", detail: "it needs --channels split" });
  const { segments, language, durationSeconds } = await transcribeRecording(input, options, progress, signal);
  return {
    input,
    channel: channels,
    title: title ?? basename(input),
    remarks: remarks(durationSeconds, language, model),
    language: task === "translate" ? "en" : language,
    segments,
    speakers: channels === "mix" ? [basename(input)] : speakers,
    marksSeconds: [],
  };
}

function remarks(durationSeconds: number, language: string | undefined, model: string): string[] {
  const spoken = language === undefined ? [] : [capitalised(LANGUAGES[language] ?? language)];
  return [formatClock(durationSeconds), ...spoken, `whisper ${basename(model)}`];
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
