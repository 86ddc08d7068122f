/** A session for tests of the interface, put together from events as a real one sends them. */
import type { ChannelName, LiveEvent, SessionEvent } from "../../src/live-events.js";
import { reduceEvent } from "../../src/tui/reduce-event.js";
import { INITIAL_VIEW_STATE, type ViewState } from "../../src/tui/view-state.js";

export const SESSION: SessionEvent = {
  type: "session",
  atSeconds: 0,
  version: "0.0.0",
  startedAt: "2026-01-01T00:00:00.000Z",
  model: "base",
  previewModel: undefined,
  language: undefined,
  task: "transcribe",
  policy: "local-agreement",
  beamSize: 5,
  threads: 2,
  threshold: 0.05,
  channels: [
    { channel: "mic", device: "USB Microphone", backend: "pulse", sampleRateHz: 48_000, channels: 1 },
    {
      channel: "loopback",
      device: "Monitor of Speakers",
      backend: "pulse",
      sampleRateHz: 48_000,
      channels: 2,
    },
  ],
};

export const TIMINGS = {
  loadSeconds: 0.5,
  melSeconds: 0.1,
  vadSeconds: 0.2,
  encodeSeconds: 3.1,
  decodeSeconds: 2.2,
  speechSeconds: 30,
  partials: 20,
  finals: 5,
  tokens: 500,
};

export function speech(utterance: number, channel: ChannelName, startSeconds: number): LiveEvent {
  return {
    type: "speech",
    state: "start",
    utterance,
    channel,
    startSeconds,
    endSeconds: undefined,
    atSeconds: startSeconds,
  };
}

export function said(
  type: "partial" | "confirmed",
  utterance: number,
  channel: ChannelName,
  text: string,
): LiveEvent {
  const words = text
    .trim()
    .split(" ")
    .map((word, i) => ({
      word: ` ${word}`,
      startSeconds: utterance + i / 4,
      endSeconds: utterance + (i + 1) / 4,
    }));
  return {
    type,
    utterance,
    channel,
    startSeconds: utterance,
    endSeconds: utterance + 1,
    text,
    words,
    atSeconds: utterance + 1,
  };
}

export function final(
  utterance: number,
  channel: ChannelName,
  text: string,
  startSeconds = utterance,
): LiveEvent {
  return {
    type: "final",
    utterance,
    channel,
    startSeconds,
    endSeconds: startSeconds + 2,
    text,
    words: [],
    language: "en",
    languageProbability: 0.99,
    avgLogprob: -0.2,
    noSpeechProb: 0.01,
    temperature: 0,
    computeSeconds: 0.5,
    atSeconds: startSeconds + 3,
  };
}

export function stateAfter(...events: readonly LiveEvent[]): ViewState {
  return [SESSION, ...events].reduce(reduceEvent, INITIAL_VIEW_STATE);
}

/** Two people, one of them still speaking; scripts of several kinds. */
export const CONVERSATION: readonly LiveEvent[] = [
  {
    type: "status",
    atSeconds: 0,
    engine: "ready",
    load: "normal",
    lagSeconds: 0.2,
    droppedSeconds: 0,
    timings: TIMINGS,
  },
  speech(0, "mic", 1),
  final(0, "mic", " Good morning. Can everybody hear me?", 1),
  speech(1, "loopback", 4),
  final(
    1,
    "loopback",
    " Yes, loud and clear. We have three things on the list today, and the first one is the budget for the coming year.",
    4,
  ),
  speech(2, "mic", 12),
  final(2, "mic", " 会議は明日の午後三時から始まります。naïve café 👩‍👩‍👧 done.", 12),
  speech(3, "loopback", 15),
  final(3, "loopback", " مرحبا بالعالم", 15),
  speech(4, "loopback", 18),
  said("confirmed", 4, "loopback", " So let us begin with"),
  said("partial", 4, "loopback", " the numbers of"),
  { type: "level", channel: "mic", atSeconds: 20, rmsDbfs: -40, peakDbfs: -31 },
  { type: "level", channel: "loopback", atSeconds: 20, rmsDbfs: -18, peakDbfs: -9 },
];
