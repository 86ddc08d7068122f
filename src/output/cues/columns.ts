/** How wide text is on a screen, in columns: a full-width character takes two of them, a combining mark none. */

// A fixed locale: the same file on every machine.
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Half-width forms of kana and hangul are letters of these scripts too. */
const FULL_WIDTH =
  /^(?![\uff61-\uffdc])[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u;
const ASCII = /^[\x20-\x7e]*$/;
const NO_WIDTH = /^[\p{M}\p{Cf}]+$/u;

export function columnsOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += graphemeColumns(segment);
  return columns;
}

/** `text` in slices of at most `limitColumns`, cut between what a reader sees as characters. */
export function slicesOf(text: string, limitColumns: number): string[] {
  const slices: string[] = [];
  let slice = "";
  let sliceColumns = 0;
  for (const { segment } of graphemes.segment(text)) {
    const columns = graphemeColumns(segment);
    if (slice !== "" && sliceColumns + columns > limitColumns) {
      slices.push(slice);
      slice = "";
      sliceColumns = 0;
    }
    slice += segment;
    sliceColumns += columns;
  }
  if (slice !== "") slices.push(slice);
  return slices;
}

function graphemeColumns(grapheme: string): number {
  if (NO_WIDTH.test(grapheme)) return 0;
  return FULL_WIDTH.test(grapheme) ? 2 : 1;
}
