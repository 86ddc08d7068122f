/** A transcript back from JSON: json.ts the other way, and openai/whisper's own. Pure. */
import { MubblesError } from "../errors.js";
import type { Segment, Word } from "../transcript.js";

/** TRANSCRIPT_UNREADABLE where it holds no segments with times and text; `where` names it. */
export function parseJsonTranscript(text: string, where: string): Segment[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new MubblesError("TRANSCRIPT_UNREADABLE", { where, detail, cause });
  }
  const segments = field(parsed, "segments");
  if (!Array.isArray(segments))
    throw new MubblesError("TRANSCRIPT_UNREADABLE", { where, detail: "it has no list of segments" });
  return segments.map((segment, id) => {
    const read = segmentOf(segment, id);
    if (read !== undefined) return read;
    const detail = `expected start, end and text in segment ${id}, got ${JSON.stringify(segment)?.slice(0, 100)}`;
    throw new MubblesError("TRANSCRIPT_UNREADABLE", { where, detail });
  });
}

/** What nobody needs of it again, tokens for one, is left empty. */
function segmentOf(value: unknown, id: number): Segment | undefined {
  const text = field(value, "text");
  const times = timesOf(value);
  if (typeof text !== "string" || times === undefined) return undefined;
  const words = field(value, "words");
  const channel = numberOf(value, "channel");
  const speaker = field(value, "speaker");
  return {
    id,
    ...times,
    text,
    seekFrames: 0,
    tokens: [],
    temperature: 0,
    avgLogprob: 0,
    compressionRatio: 1,
    noSpeechProb: 0,
    ...(Array.isArray(words) && { words: words.flatMap((word) => wordOf(word) ?? []) }),
    ...(channel !== undefined && { channel }),
    ...(typeof speaker === "string" && { speaker }),
  };
}

function wordOf(value: unknown): Word | undefined {
  const word = field(value, "word");
  const times = timesOf(value);
  if (typeof word !== "string" || times === undefined) return undefined;
  return { word, ...times, probability: numberOf(value, "probability") ?? 1 };
}

function timesOf(value: unknown): Pick<Segment, "startSeconds" | "endSeconds"> | undefined {
  const startSeconds = numberOf(value, "start");
  const endSeconds = numberOf(value, "end");
  return startSeconds === undefined || endSeconds === undefined ? undefined : { startSeconds, endSeconds };
}

function numberOf(value: unknown, name: string): number | undefined {
  const found = field(value, name);
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
