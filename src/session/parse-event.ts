/** A line of docs/EVENTS.md back into the event that it was written from, as far as the line tells: output/live-json.ts the other way. */
import type { LiveEvent, LiveWord } from "../live-events.js";
import type { Word } from "../transcript.js";

/** Of a line, the fields that are called something else in the event. */
interface Line {
  readonly type: LiveEvent["type"];
  readonly start: number;
  readonly end: number | undefined;
  readonly words: readonly TimedWord[];
  readonly avg_logprob: number;
  readonly no_speech_prob: number;
}

interface TimedWord {
  readonly word: string;
  readonly start: number;
  readonly end: number;
  readonly probability?: number;
}

/** undefined for a type that this version does not know. Throws SyntaxError where the line is no JSON. */
export function parseLiveEvent(line: string): LiveEvent | undefined {
  const parsed = JSON.parse(line) as Line;
  switch (parsed.type) {
    case "speech": {
      const { start: startSeconds, end: endSeconds, ...fields } = parsed;
      return event({ ...fields, startSeconds, endSeconds });
    }
    case "partial":
    case "confirmed": {
      const { start: startSeconds, end: endSeconds, words, ...fields } = parsed;
      return event({ ...fields, startSeconds, endSeconds, words: words.map(liveWord) });
    }
    case "final": {
      const { start, end, words, avg_logprob, no_speech_prob, ...fields } = parsed;
      return event({
        ...fields,
        startSeconds: start,
        endSeconds: end,
        words: words.map(finalWord),
        avgLogprob: avg_logprob,
        noSpeechProb: no_speech_prob,
      });
    }
    case "session":
    case "level":
    case "status":
    case "warning":
    case "error":
    case "end":
      return event(parsed);
    default:
      return undefined;
  }
}

/** The schema of the lines, and a test of each type, stand for the fields that are not looked at here. */
function event(fields: object): LiveEvent {
  return fields as LiveEvent;
}

function liveWord({ word, start, end }: TimedWord): LiveWord {
  return { word, startSeconds: start, endSeconds: end };
}

function finalWord({ word, start, end, probability = 0 }: TimedWord): Word {
  return { word, startSeconds: start, endSeconds: end, probability };
}
