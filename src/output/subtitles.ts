/**
 * SRT and WebVTT. Blocks as openai/whisper writes them (utils.py at c0d2f62, WriteSRT and WriteVTT), one cue a segment,
 * with the times of cues.ts and the lines of wrap.ts.
 * @see https://www.w3.org/TR/webvtt1/
 */
import type { Segment } from "../transcript.js";
import { type Cue, CueTimeline } from "./cues.js";
import { lineOf } from "./text.js";
import { srtTimestamp, vttTimestamp } from "./time.js";
import { wrapLines } from "./wrap.js";
import type { TranscriptWriter } from "./writer.js";

export function srtWriter(): TranscriptWriter {
  let count = 0;
  return subtitleWriter("", ({ startMs, endMs, text }) => {
    count++;
    return `${count}\n${srtTimestamp(startMs)} --> ${srtTimestamp(endMs)}\n${wrapLines(text).join("\n")}\n\n`;
  });
}

export function vttWriter(): TranscriptWriter {
  return subtitleWriter("WEBVTT\n\n", ({ startMs, endMs, text }) => {
    const lines = wrapLines(text).map(escapeVtt).join("\n");
    return `${vttTimestamp(startMs)} --> ${vttTimestamp(endMs)}\n${lines}\n\n`;
  });
}

function subtitleWriter(header: string, block: (cue: Cue) => string): TranscriptWriter {
  const timeline = new CueTimeline();
  const blocks = (cues: readonly Cue[]) => cues.map(block).join("");
  return {
    begin: () => header,
    segment(segment: Segment) {
      const line = lineOf(segment);
      if (line === "") return "";
      return blocks(timeline.add(segment.startSeconds, segment.endSeconds, withoutArrows(line)));
    },
    end: () => blocks(timeline.finish()),
  };
}

/** An arrow in the text would read as a line of times. */
function withoutArrows(text: string): string {
  return text.replace(/-{2,}>/g, "->");
}

function escapeVtt(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
