/**
 * Marks of sounds that Whisper writes where nobody speaks: `[BLANK_AUDIO]`, `(crickets chirping)`, `[音楽]`, `♪♪`,
 * `*sighs*`. They are no words of the recording, so they are hidden unless the user asks for them.
 *
 * What counts as one:
 * - A segment that is nothing but marks disappears. Square brackets count whatever is in them, because nobody speaks
 *   brackets; parentheses and asterisks only with a word for a sound in them and none of speech, because an aside
 *   "(or so they say)" is speech. `(laughs)` is a sound, not the word "laughs": it is hidden too.
 * - A segment without a letter or a digit disappears too: "... ... ..." is what silence often gives.
 * - Inside other text a mark goes only if every word in it describes a sound: "Yes. (laughs) I know." loses it,
 *   "the (very loud) engine", "[sic]" and "a (piano) teacher" keep theirs.
 * - Notes around words are lyrics, and somebody sings those: "♪ Happy birthday ♪" stays as it is.
 */
import type { Segment, Word } from "../transcript.js";
import {
  DESCRIBING_WORDS,
  SOUND_STEMS,
  SOUND_WORDS,
  SPEECH_WORDS,
  THAI_SOUNDS,
  UNSPACED_SOUNDS,
} from "./noise-terms.js";

const MARK = /\[[^[\]]*\]|［[^［］]*］|【[^【】]*】|\([^()]*\)|（[^（）]*）|\*[^*]+\*/gu;
const SQUARE = /^[[［【]/u;
const NOTES = /[♩♪♫♬🎵🎶]/gu;
const LETTER = /[\p{L}\p{N}]/u;
const WORDS = /[\p{L}\p{M}\p{N}'’]+/gu;
const SOUND_STEM = new RegExp(`^(?:${SOUND_STEMS.join("|")})(?:s|es|e|d|ed|er|ers|ing|ings|ter|al)?$`, "u");
/** "…の音" describes a sound; a bare 音 or 声 between spoken words is too common to go. */
const UNSPACED_WORDS = new Set(UNSPACED_SOUNDS.filter((sound) => !/^[曲音声聲]$/u.test(sound)));
/** Descriptions of sounds are short; what is longer is more likely an aside. */
const LONGEST_MARK_WORDS = 8;
/** The same in characters: Thai takes more of them than Japanese. */
const LONGEST_UNSPACED_MARK = 20;

/** True for a segment's text that is nothing but marks of sounds or of punctuation. Empty text is neither. */
export function isNoise(text: string): boolean {
  if (!LETTER.test(text)) return text.trim() !== "";
  const withoutMarks = text.replace(MARK, (mark) => (isWholeMark(mark) ? " " : mark));
  const rest = withoutMarks.replace(NOTES, " ");
  if (rest === text) return false;
  return !LETTER.test(rest) || (withoutMarks === text && isSoundOnly(rest));
}

/** The segment without marks of sounds, the same object where it has none, or `undefined` where nothing else is in it. */
export function hideNoise(segment: Segment): Segment | undefined {
  if (isNoise(segment.text)) return undefined;
  const hidden = [...segment.text.matchAll(new RegExp(`\\s*(?:${MARK.source})`, "gu"))]
    .filter(([mark]) => isSoundOnly(mark))
    .map((match) => ({ start: match.index, end: match.index + match[0].length }));
  if (hidden.length === 0) return segment;
  const text = withoutSpans(segment.text, 0, hidden);
  if (segment.words === undefined) return { ...segment, text };
  return { ...segment, text, words: wordsWithout(segment.words, segment.text, hidden) };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** A mark that stands alone, where more counts as a sound than between spoken words. */
function isWholeMark(mark: string): boolean {
  if (SQUARE.test(mark)) return true;
  const words = wordsOf(mark);
  if (words.length > LONGEST_MARK_WORDS || words.some((word) => SPEECH_WORDS.has(word))) return false;
  return words.some(isSoundWord) || endsInUnspacedSound(words.join(""));
}

/** True where every word describes a sound. */
function isSoundOnly(mark: string): boolean {
  const words = wordsOf(mark);
  return words.some(isSoundWord) && words.every((word) => isSoundWord(word) || DESCRIBING_WORDS.has(word));
}

function isSoundWord(word: string): boolean {
  return SOUND_STEM.test(word) || SOUND_WORDS.has(word) || UNSPACED_WORDS.has(word);
}

/** A description in a script without spaces: 軽快な音楽, 雨の音, เสียงหัวเราะ. */
function endsInUnspacedSound(content: string): boolean {
  if (content.length > LONGEST_UNSPACED_MARK) return false;
  return (
    UNSPACED_SOUNDS.some((sound) => content.endsWith(sound)) ||
    THAI_SOUNDS.some((sound) => content.startsWith(sound))
  );
}

function wordsOf(mark: string): string[] {
  return (mark.normalize("NFC").toLowerCase().match(WORDS) ?? []).map((word) => word.replaceAll("’", "'"));
}

/** `text`, which starts at `offset` of what the spans count in, without what lies in them. */
function withoutSpans(text: string, offset: number, spans: readonly Span[]): string {
  let kept = "";
  let position = 0;
  for (const { start, end } of spans) {
    kept += text.slice(position, Math.max(position, start - offset));
    position = Math.max(position, end - offset);
  }
  return kept + text.slice(position);
}

/** The words without what was hidden; all of them where they do not add up to the text. */
function wordsWithout(words: readonly Word[], text: string, hidden: readonly Span[]): readonly Word[] {
  if (words.map(({ word }) => word).join("") !== text) return words;
  const kept: Word[] = [];
  let offset = 0;
  for (const entry of words) {
    const word = withoutSpans(entry.word, offset, hidden);
    offset += entry.word.length;
    if (word !== "") kept.push(word === entry.word ? entry : { ...entry, word });
  }
  return kept;
}
