/** What a policy makes of an utterance, told as events. */
import type { LiveWord } from "../../live-events.js";
import type { AlignedWord } from "../../model/timing/aligned-word.js";
import { SAMPLE_RATE_HZ } from "../../units.js";
import type { ChannelListener } from "./channel-listener.js";
import type { HeardText } from "./policy/text-policy.js";
import type { SessionReport } from "./session-report.js";
import type { Utterance } from "./utterance.js";

interface ToldBy {
  readonly channel: ChannelListener;
  readonly report: SessionReport;
}

/** Whether its final is in the making already, so that nothing more may be confirmed. */
export function isEnding(utterance: Utterance, { open, openEndSample }: ChannelListener): boolean {
  return open !== utterance || utterance.speculation?.endSample === openEndSample;
}

/** Emits what is confirmed now, and what the rest sounds like where its reader has not been told so. */
export function tellText(
  utterance: Utterance,
  { newlyConfirmed, partial }: HeardText,
  audioSeconds: number,
  { channel, report }: ToldBy,
): void {
  utterance.confirmed = [...utterance.confirmed, ...newlyConfirmed.flatMap(({ tokens }) => tokens)];
  const offsetSeconds = utterance.startSample / SAMPLE_RATE_HZ;
  const of = { channel: channel.channel, utterance: utterance.number };
  const text = (heard: readonly AlignedWord[]) =>
    placeWords(heard, offsetSeconds, offsetSeconds + audioSeconds);
  if (newlyConfirmed.length > 0) report.emit({ type: "confirmed", ...of, ...text(newlyConfirmed) });
  // What is confirmed is no longer partial, so its reader has to hear of it.
  else if (textOf(partial) === utterance.partial) return;
  utterance.partial = textOf(partial);
  report.emit({ type: "partial", ...of, ...text(partial) });
}

/** On the session's timeline; the bounds of no words at all are those of what was heard. */
function placeWords(words: readonly AlignedWord[], fromSeconds: number, toSeconds: number) {
  const place = (seconds: number) => Math.round((fromSeconds + seconds) * 1000) / 1000;
  const placed: LiveWord[] = words.map(({ word, startSeconds, endSeconds }) => ({
    word,
    startSeconds: place(startSeconds),
    endSeconds: place(endSeconds),
  }));
  return {
    startSeconds: placed[0]?.startSeconds ?? fromSeconds,
    endSeconds: placed.at(-1)?.endSeconds ?? toSeconds,
    text: textOf(words),
    words: placed,
  };
}

/** With the space that its first word begins with: texts of one utterance are put together as they are. */
function textOf(words: readonly AlignedWord[]): string {
  return words.map(({ word }) => word).join("");
}
