/** A text in pieces small enough that none is spoken in two windows: words, or characters of scripts that write no spaces. */

/** Scripts of openai/whisper's unspaced languages (tokenizer.py:278), and Khmer. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Myanmar}\p{Script=Khmer}]/u;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

export interface Piece {
  /** As written, with one space in front where it stands apart. */
  readonly text: string;
  /** For comparison: small letters and digits only; empty for a lone sign. */
  readonly unit: string;
}

/** The pieces of a line; joined they are the line with single spaces, and one in front as Whisper writes words with spaces. */
export function piecesOf(line: string): Piece[] {
  return (line.match(/\S+/gu) ?? []).flatMap((word, i) => {
    if (!UNSPACED.test(word)) return [pieceOf(` ${word}`)];
    const [first = "", ...rest] = Array.from(graphemes.segment(word), ({ segment }) => segment);
    return [pieceOf(i === 0 ? first : ` ${first}`), ...rest.map(pieceOf)];
  });
}

function pieceOf(text: string): Piece {
  const unit = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "");
  return { text, unit };
}
