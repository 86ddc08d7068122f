/** One event of every kind, with more decimals than anybody wants to read. */
import type { FinalEvent, LiveEvent, LiveTimings } from "../../src/live-events.js";

const timings: LiveTimings = {
  loadSeconds: 0.31234,
  melSeconds: 0.01,
  vadSeconds: 0.02,
  encodeSeconds: 1.5,
  decodeSeconds: 0.75,
  speechSeconds: 2.84,
  partials: 4,
  finals: 1,
  tokens: 38,
};
const utterance = { channel: "mic", utterance: 3, startSeconds: 75.20049, endSeconds: 77.5 } as const;
const word = { word: " Good", startSeconds: 75.3, endSeconds: 75.61239 };

export const FINAL: FinalEvent = {
  type: "final",
  ...utterance,
  atSeconds: 78.1236,
  text: " Good morning.",
  words: [
    { ...word, probability: 0.98765432 },
    { word: " morning.", startSeconds: 75.61239, endSeconds: 76.2, probability: 1 },
  ],
  language: "en",
  languageProbability: 0.99,
  avgLogprob: -0.123456789,
  noSpeechProb: 0.0000004,
  temperature: 0.2,
  computeSeconds: 0.5,
};

export const LIVE_EVENTS: readonly LiveEvent[] = [
  {
    type: "session",
    atSeconds: 0,
    version: "1.2.3",
    startedAt: "2026-11-25T09:30:00.000Z",
    model: "base",
    previewModel: undefined,
    language: "de",
    task: "transcribe",
    policy: "alignatt",
    beamSize: 5,
    threads: 2,
    threshold: 0.05,
    channels: [
      { channel: "mic", device: "USB Microphone", backend: "pulseaudio", sampleRateHz: 44_100, channels: 1 },
    ],
  },
  { type: "level", atSeconds: 0.1, channel: "loopback", rmsDbfs: -120, peakDbfs: -18.4499 },
  {
    type: "speech",
    atSeconds: 75.5,
    channel: "mic",
    utterance: 3,
    state: "start",
    startSeconds: 75.2,
    endSeconds: undefined,
  },
  {
    type: "speech",
    atSeconds: 78,
    channel: "mic",
    utterance: 3,
    state: "end",
    startSeconds: 75.2,
    endSeconds: 77.5,
  },
  { type: "partial", ...utterance, atSeconds: 76, text: " Good", words: [word] },
  { type: "confirmed", ...utterance, atSeconds: 76.5, text: " Good", words: [word] },
  FINAL,
  { type: "status", atSeconds: 1, channel: "mic", capture: "recovered", device: "USB Microphone" },
  {
    type: "status",
    atSeconds: 78.2,
    engine: "ready",
    load: "fewer-partials",
    lagSeconds: 0,
    droppedSeconds: 0,
    timings,
  },
  {
    type: "warning",
    atSeconds: 3,
    channel: "mic",
    code: "DEVICE_STALLED",
    message: "USB Microphone: the audio device delivers nothing",
    hint: "check that it is not muted",
  },
  {
    type: "error",
    atSeconds: 4,
    code: "MODEL_OUT_OF_MEMORY",
    message: "not enough memory",
    hint: "use less",
  },
  { type: "end", atSeconds: 80, reason: "sources-ended", utterances: 4, droppedSeconds: 0.25, timings },
];
