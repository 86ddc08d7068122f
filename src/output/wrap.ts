/** Breaks a subtitle into lines that an eye can follow: about 42 columns, two lines where they suffice, evenly filled. */

/** The usual limit of broadcasters for Latin scripts; a full-width character takes two columns of it. */
const LINE_COLUMNS = 42;
/** How far a line may go over when that saves a third line: words do not break at will. */
const SLACK_COLUMNS = 4;

// A fixed locale: the same file on every machine. Words of other scripts are found by script, not by locale.
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const words = new Intl.Segmenter("en", { granularity: "word" });

const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const FULL_WIDTH =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u;
const ASCII = /^[\x20-\x7e]*$/;
const NO_WIDTH = /^[\p{M}\p{Cf}]+$/u;
/** Marks that may not end a line, and so stay with what follows them. */
const OPENING = /^[\p{Ps}\p{Pi}]+$/u;
/** Marks that may not start a line (kinsoku), the long-vowel and small kana included. */
const CLOSING = /^[\p{Pe}\p{Pf}\p{Po}\p{M}ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ]+$/u;

/** A piece of text that stays on one line. */
interface Piece {
  readonly text: string;
  readonly columns: number;
  /** 1 where a space stands before it in the text. */
  readonly spaceColumns: number;
}

/** The lines of `text`, which is one line with single spaces: at most two where it fits, evenly filled either way. */
export function wrapLines(text: string): string[] {
  const totalColumns = columnsOf(text);
  if (totalColumns <= LINE_COLUMNS) return [text];
  const pieces = text.split(" ").flatMap(piecesOf);
  const widest = fill(pieces, LINE_COLUMNS + SLACK_COLUMNS);
  const lineCount = Math.max(widest.length, Math.ceil(totalColumns / LINE_COLUMNS));
  for (let columns = Math.ceil(totalColumns / lineCount); columns < LINE_COLUMNS + SLACK_COLUMNS; columns++) {
    const lines = fill(pieces, columns);
    if (lines.length <= lineCount) return lines;
  }
  return widest;
}

function fill(pieces: readonly Piece[], limitColumns: number): string[] {
  const lines: string[] = [];
  let line = "";
  let lineColumns = 0;
  for (const { text, columns, spaceColumns } of pieces) {
    if (line !== "" && lineColumns + spaceColumns + columns > limitColumns) {
      lines.push(line);
      line = "";
      lineColumns = 0;
    }
    if (line !== "" && spaceColumns > 0) {
      line += " ";
      lineColumns += spaceColumns;
    }
    line += text;
    lineColumns += columns;
  }
  if (line !== "") lines.push(line);
  return lines;
}

/** A word between two spaces: itself, or the words of a script that writes no spaces, or slices of what fits no line. */
function piecesOf(word: string): Piece[] {
  const parts = UNSPACED.test(word) ? unspacedWords(word) : [word];
  return parts
    .flatMap((part) => (columnsOf(part) > LINE_COLUMNS ? slices(part) : [part]))
    .map((part, i) => ({ text: part, columns: columnsOf(part), spaceColumns: i === 0 ? 1 : 0 }));
}

function unspacedWords(text: string): string[] {
  const parts: string[] = [];
  let opening = "";
  for (const { segment } of words.segment(text)) {
    if (OPENING.test(segment)) {
      opening += segment;
    } else if (CLOSING.test(segment) && opening === "" && parts.length > 0) {
      parts[parts.length - 1] += segment;
    } else {
      parts.push(opening + segment);
      opening = "";
    }
  }
  if (opening !== "") parts.push(opening);
  return parts;
}

function slices(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  let partColumns = 0;
  for (const { segment } of graphemes.segment(text)) {
    const columns = graphemeColumns(segment);
    if (part !== "" && partColumns + columns > LINE_COLUMNS) {
      parts.push(part);
      part = "";
      partColumns = 0;
    }
    part += segment;
    partColumns += columns;
  }
  if (part !== "") parts.push(part);
  return parts;
}

function columnsOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += graphemeColumns(segment);
  return columns;
}

function graphemeColumns(grapheme: string): number {
  if (NO_WIDTH.test(grapheme)) return 0;
  return FULL_WIDTH.test(grapheme) ? 2 : 1;
}
