/**
 * Events of listening as JSON lines: docs/EVENTS.md in code, held to docs/events.schema.json by tests. What openai/whisper's JSON has
 * a name for keeps it here (start, end, word, probability, avg_logprob, no_speech_prob); everything else is called what the program
 * calls it, units included. Times are rounded to milliseconds.
 */
import type { FinalEvent, LiveEvent, LiveTimings, LiveWord, StatusEvent } from "../live-events.js";
import { plainWord, rounded } from "./json.js";

/** "" for what is no part of the JSON lines. */
export function liveJsonLine(event: LiveEvent): string {
  if (event.type === "spectrum") return "";
  // undefined disappears.
  return `${JSON.stringify({ type: event.type, atSeconds: seconds(event.atSeconds), ...fieldsOf(event) })}\n`;
}

function fieldsOf(event: Exclude<LiveEvent, { type: "spectrum" }>): object {
  switch (event.type) {
    case "session": {
      const { type, atSeconds, ...fields } = event;
      return fields;
    }
    case "level":
      return {
        channel: event.channel,
        rmsDbfs: rounded(event.rmsDbfs, 1),
        peakDbfs: rounded(event.peakDbfs, 1),
      };
    case "speech":
      return {
        channel: event.channel,
        utterance: event.utterance,
        state: event.state,
        start: seconds(event.startSeconds),
        end: event.endSeconds === undefined ? undefined : seconds(event.endSeconds),
      };
    case "partial":
    case "confirmed":
      return { ...utteranceFields(event), words: event.words.map(timedWord) };
    case "final":
      return finalFields(event);
    case "status":
      return statusFields(event);
    case "warning":
    case "error":
      return { channel: event.channel, code: event.code, message: event.message, hint: event.hint };
    case "end":
      return {
        reason: event.reason,
        utterances: event.utterances,
        droppedSeconds: seconds(event.droppedSeconds),
        timings: plainTimings(event.timings),
      };
  }
}

function utteranceFields({
  channel,
  utterance,
  startSeconds,
  endSeconds,
  text,
}: Extract<LiveEvent, { text: string }>) {
  return { channel, utterance, start: seconds(startSeconds), end: seconds(endSeconds), text };
}

function finalFields(event: FinalEvent) {
  return {
    ...utteranceFields(event),
    words: event.words.map(plainWord),
    language: event.language,
    languageProbability: rounded(event.languageProbability, 6),
    avg_logprob: rounded(event.avgLogprob, 6),
    no_speech_prob: rounded(event.noSpeechProb, 6),
    temperature: rounded(event.temperature, 3),
    computeSeconds: seconds(event.computeSeconds),
  };
}

function statusFields(event: StatusEvent) {
  if (event.channel !== undefined)
    return { channel: event.channel, capture: event.capture, device: event.device };
  if (event.command !== undefined) return { command: event.command };
  return {
    engine: event.engine,
    load: event.load,
    lagSeconds: seconds(event.lagSeconds),
    droppedSeconds: seconds(event.droppedSeconds),
    timings: plainTimings(event.timings),
  };
}

function plainTimings(timings: LiveTimings): LiveTimings {
  return {
    loadSeconds: seconds(timings.loadSeconds),
    melSeconds: seconds(timings.melSeconds),
    vadSeconds: seconds(timings.vadSeconds),
    encodeSeconds: seconds(timings.encodeSeconds),
    decodeSeconds: seconds(timings.decodeSeconds),
    speechSeconds: seconds(timings.speechSeconds),
    partials: timings.partials,
    finals: timings.finals,
    tokens: timings.tokens,
  };
}

function timedWord({ word, startSeconds, endSeconds }: LiveWord) {
  return { word, start: seconds(startSeconds), end: seconds(endSeconds) };
}

function seconds(value: number): number {
  return rounded(value, 3);
}
