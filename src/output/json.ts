/**
 * JSON in the shape of openai/whisper's result (transcribe.py at c0d2f62) and JSON lines of the same segments. Texts keep
 * their leading space, and `text` is all of them joined, as there. The segments come first in the file and `text` and
 * `language` last, so that a segment is written as soon as it is known and an interrupted run still closes the object.
 */
import type { Segment, Word } from "../transcript.js";
import type { TranscriptWriter } from "./writer.js";

/** `showWords`: with the words of segments that have them. */
export function jsonWriter(showWords: boolean): TranscriptWriter {
  let count = 0;
  let text = "";
  return {
    begin: () => '{"segments":[',
    segment(segment) {
      const separator = count === 0 ? "\n" : ",\n";
      text += segment.text;
      return separator + JSON.stringify(plainSegment(segment, count++, showWords));
    },
    end: ({ language }) =>
      `\n],"text":${JSON.stringify(text)},"language":${JSON.stringify(language ?? null)}}\n`,
  };
}

export function jsonlWriter(showWords: boolean): TranscriptWriter {
  let count = 0;
  return {
    begin: () => "",
    segment: (segment) => `${JSON.stringify(plainSegment(segment, count++, showWords))}\n`,
    end: () => "",
  };
}

/** `id` is the place in this file, as openai/whisper's is, also where hidden noise left a gap in the segments' own ids. */
function plainSegment(segment: Segment, id: number, showWords: boolean) {
  return {
    id,
    seek: segment.seekFrames,
    start: rounded(segment.startSeconds, 3),
    end: rounded(segment.endSeconds, 3),
    text: segment.text,
    tokens: segment.tokens,
    temperature: rounded(segment.temperature, 3),
    avg_logprob: rounded(segment.avgLogprob, 6),
    compression_ratio: rounded(segment.compressionRatio, 6),
    no_speech_prob: rounded(segment.noSpeechProb, 6),
    words: showWords ? segment.words?.map(plainWord) : undefined,
    channel: segment.channel,
    speaker: segment.speaker,
  };
}

export function plainWord({ word, startSeconds, endSeconds, probability }: Word) {
  return {
    word,
    start: rounded(startSeconds, 3),
    end: rounded(endSeconds, 3),
    probability: rounded(probability, 6),
  };
}

/** JSON has no NaN: JSON.stringify writes null for it. */
export function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
