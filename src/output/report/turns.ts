/** The transcript of a report as HTML: a turn of one speaker an item, each word with its times. Pure. */
import type { Segment, Word } from "../../transcript.js";
import { formatClock } from "../clock.js";
import { lineOf } from "../text.js";
import { escapeHtml } from "./html.js";

/** Words that were heard with less are marked. */
export const UNSURE_PROBABILITY = 0.4;
/** Of the clock in front of a turn, and of links to it. */
const DECIMALS = 2;

export function turnItem(segment: Segment, speakers: readonly string[]): string {
  const channel = channelOf(segment, speakers);
  const words = wordsOf(segment).map(wordSpan).join("");
  if (words === "") return "";
  const start = segment.startSeconds.toFixed(DECIMALS);
  const who = speakers.length > 1 ? `<span class="who">${escapeHtml(speakers[channel]!)}</span>` : "";
  return (
    `<li class="turn c${channel % 2}" data-channel="${channel}" data-start="${start}" data-end="${segment.endSeconds.toFixed(DECIMALS)}">` +
    `<div class="at"><a class="time" href="#t=${start}">${formatClock(segment.startSeconds)}</a>${who}</div>` +
    `<p class="text" dir="auto">${words}</p></li>\n`
  );
}

function channelOf({ channel, speaker }: Segment, speakers: readonly string[]): number {
  const index = channel ?? speakers.indexOf(speaker ?? "");
  return Math.max(0, Math.min(index, speakers.length - 1));
}

/** Without words of its own a turn is one. */
function wordsOf(segment: Segment): readonly (Omit<Word, "probability"> & Partial<Word>)[] {
  const { words = [], startSeconds, endSeconds } = segment;
  if (words.length > 0) return words;
  const word = lineOf({ ...segment, speaker: "" });
  return word === "" ? [] : [{ word, startSeconds, endSeconds }];
}

/** Spaces stay outside: what lights up is the word. */
function wordSpan({
  word,
  startSeconds,
  endSeconds,
  probability,
}: ReturnType<typeof wordsOf>[number]): string {
  const [, before = "", text = "", behind = ""] = /^(\s*)(.*?)(\s*)$/s.exec(word) ?? [];
  if (text === "") return word === "" ? "" : " ";
  const isUnsure = probability !== undefined && probability < UNSURE_PROBABILITY;
  const mark = isUnsure
    ? ` class="w unsure" title="unsure: ${Math.round(probability * 100)} %"`
    : ' class="w"';
  const times = `data-t="${startSeconds.toFixed(DECIMALS)} ${endSeconds.toFixed(DECIMALS)}"`;
  return `${before && " "}<span${mark} ${times}>${escapeHtml(text)}</span>${behind && " "}`;
}
