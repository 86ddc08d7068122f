/** The final texts of a session as a document in one of the output formats. Pure. */
import type { ChannelName, FinalEvent } from "../live-events.js";
import type { Segment } from "../transcript.js";
import { FRAMES_PER_SECOND } from "../units.js";
import { createWriter, type OutputFormat } from "./formats.js";

const CHANNEL_NUMBERS: Readonly<Record<ChannelName, number>> = { mic: 0, loopback: 1 };

const CHANNELS: Readonly<Record<ChannelName, string>> = { mic: "mic", loopback: "loopback" };

/** Both channels by time, each as a speaker of its own. */
export function liveDocument(
  finals: readonly FinalEvent[],
  format: OutputFormat,
  speakers: Readonly<Record<ChannelName, string>> = CHANNELS,
): string {
  const writer = createWriter(format, { showWords: true, showSpeakers: true });
  const segments = liveSegments(finals, speakers).map((segment) => writer.segment(segment));
  const [first] = finals.toSorted((a, b) => a.startSeconds - b.startSeconds);
  return writer.begin() + segments.join("") + writer.end({ language: first?.language });
}

/** By time of speech. */
export function liveSegments(
  finals: readonly FinalEvent[],
  speakers: Readonly<Record<ChannelName, string>> = CHANNELS,
): Segment[] {
  const inOrder = finals.toSorted((a, b) => a.startSeconds - b.startSeconds);
  return inOrder.map((final, id) => segmentOf(final, id, speakers[final.channel]));
}

/** What a live session does not know of a segment, tokens for one, is left empty. */
function segmentOf(final: FinalEvent, id: number, speaker: string): Segment {
  const { channel, startSeconds, endSeconds, text, words, temperature, avgLogprob, noSpeechProb } = final;
  return {
    id,
    seekFrames: Math.round(startSeconds * FRAMES_PER_SECOND),
    startSeconds,
    endSeconds,
    text,
    tokens: [],
    temperature,
    avgLogprob,
    compressionRatio: 1,
    noSpeechProb,
    words,
    channel: CHANNEL_NUMBERS[channel],
    speaker,
  };
}
