/** The folder of a session of any length, made of the sample conversation over and over, without a model. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openMedia } from "../../src/audio/media.js";
import { toPcm16 } from "../../src/audio/pcm16.js";
import { partHeader, partName } from "../../src/audio/recorded/part-file.js";
import type { ChannelName, FinalEvent, LiveEvent } from "../../src/live-events.js";
import { liveJsonLine } from "../../src/output/live-json.js";
import { SAMPLE_RATE_HZ } from "../../src/units.js";
import { ROOT } from "../cli/mubbles.js";
import { SESSION } from "../tui/conversation.js";

const CONVERSATION = join(ROOT, "samples/conversation.opus");
/** Who says what when, near enough. */
const TURNS: readonly (readonly [ChannelName, number, number, string])[] = [
  [
    "mic",
    0.7,
    7.3,
    " And Mr. John Dashwood had then leisure to consider how much there might be prudently in his power to do for them.",
  ],
  ["loopback", 8.6, 11.1, " He was not an ill-disposed young man."],
  ["mic", 12.6, 17.4, " Unless to be rather cold-hearted and rather selfish, is to be ill-disposed."],
  [
    "loopback",
    17.6,
    22.8,
    " Had he married a more amiable woman, he might have been made still more respectable than he was.",
  ],
  ["mic", 25.0, 27.6, " He might even have been made amiable himself."],
];
const CHANNELS: readonly ChannelName[] = ["mic", "loopback"];
const STARTED_AT = "2026-11-25T09:30:00.000Z";
const UNSURE = /selfish|amiable/;

interface MadeSession {
  readonly durationSeconds: number;
  readonly finals: readonly FinalEvent[];
}

/** `more`: texts of the other channel, one behind the other from the beginning on. */
export async function makeSession(
  folder: string,
  repetitions: number,
  more: readonly string[] = [],
): Promise<MadeSession> {
  const lanes = await readChannels();
  const samples = lanes[0]!.length;
  const seconds = samples / SAMPLE_RATE_HZ;
  mkdirSync(join(folder, "audio"), { recursive: true });
  for (const [i, lane] of lanes.entries()) {
    const bytes = Buffer.from(lane.buffer);
    const whole = Buffer.concat([
      partHeader(samples * repetitions),
      ...new Array<Buffer>(repetitions).fill(bytes),
    ]);
    writeFileSync(join(folder, "audio", partName(CHANNELS[i]!, 0)), whole);
  }
  const said = Array.from({ length: repetitions }, (_, n) =>
    TURNS.map(
      ([channel, start, end, text]) => [channel, start + n * seconds, end + n * seconds, text] as const,
    ),
  ).flat();
  said.push(...more.map((text, i) => ["loopback", i, i + 0.9, text] as const));
  const finals = said.map(([channel, start, end, text], i) => final(channel, i, start, end, text));
  const durationSeconds = seconds * repetitions;
  const events: readonly LiveEvent[] = [
    { ...SESSION, startedAt: STARTED_AT, channels: [] },
    { type: "status", atSeconds: 9, command: { type: "mark" } },
    ...finals,
  ];
  writeFileSync(join(folder, "events.jsonl"), events.map(liveJsonLine).join(""));
  const meta = {
    format: "mubbles session",
    formatVersion: 1,
    startedAt: STARTED_AT,
    options: {},
  };
  writeFileSync(join(folder, "meta.json"), JSON.stringify(meta));
  return { durationSeconds, finals };
}

/** Words as long as their letters are many. */
function final(
  channel: ChannelName,
  utterance: number,
  startSeconds: number,
  endSeconds: number,
  text: string,
): FinalEvent {
  const words = text.match(/\s*\S+/g) ?? [];
  const perCharacter = (endSeconds - startSeconds) / text.length;
  let at = 0;
  return {
    type: "final",
    atSeconds: endSeconds + 1,
    channel,
    utterance,
    startSeconds,
    endSeconds,
    text,
    words: words.map((word) => {
      const start = startSeconds + at * perCharacter;
      at += word.length;
      const probability = UNSURE.test(word) ? 0.3 : 0.95;
      return { word, startSeconds: start, endSeconds: startSeconds + at * perCharacter, probability };
    }),
    language: "en",
    languageProbability: 0.99,
    avgLogprob: -0.2,
    noSpeechProb: 0.01,
    temperature: 0,
    computeSeconds: 0.5,
  };
}

async function readChannels(): Promise<Int16Array[]> {
  const media = await openMedia(CONVERSATION, { channel: "split", signal: new AbortController().signal });
  const chunks: Int16Array[] = [];
  for await (const chunk of media.audio) chunks.push(toPcm16(chunk as Float32Array));
  await media.close();
  const interleaved = new Int16Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    interleaved.set(chunk, at);
    at += chunk.length;
  }
  return CHANNELS.map((_, i) => interleaved.filter((_, n) => n % CHANNELS.length === i));
}
