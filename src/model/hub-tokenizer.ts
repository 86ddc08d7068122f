/** The tokenizer of the hub: it cuts texts, and tells what the text tokens of a model say (text-tokens.ts). */
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { BYTE_OF_CHARACTER } from "./byte-characters.js";
import { broken, readText } from "./model-file.js";
import type { TextTokens } from "./text-tokens.js";

/** openai/whisper tokenizer.py:242-275: what people do not say but subtitles contain. */
const NON_SPEECH_SYMBOLS = [
  ...'"#()*+/:;<=>@[\\]^_`{|}~「」『』',
  ..."<< >> <<< >>> -- --- -( -[ (' (\" (( )) ((( ))) [[ ]] {{ }} ♪♪ ♪♪♪".split(" "),
];
const NON_SPEECH_MUSIC = [..."♩♪♫♬♭♮♯"];

/** The tokenizer of FOLDER/tokenizer.json; MODEL_BROKEN where it cannot be read. */
export function loadTokenizer(folder: string): Tokenizer {
  const file = join(folder, "tokenizer.json");
  return parseTokenizer(readText(file), file);
}

/** The tokenizer that a tokenizer.json describes; `where` it comes from, for MODEL_BROKEN. */
export function parseTokenizer(text: string, where: string): Tokenizer {
  try {
    const json = JSON.parse(text) as TokenizerFile;
    restoreLostMerges(json);
    return new Tokenizer(json, { clean_up_tokenization_spaces: false });
  } catch (cause) {
    throw broken(where, "not a readable tokenizer", cause);
  }
}

interface TokenizerFile {
  readonly model: {
    readonly vocab: Readonly<Record<string, number>>;
    /** "left right", or [left, right]; a merge's token has a larger id than those of all merges before it. */
    readonly merges: (string | readonly [string, string])[];
  };
}

/**
 * The multilingual tokenizer.json on the hub has lost its first merge, "Ġ t": without it " then" becomes " " and "then", as no
 * text in training did. A token of two characters that nothing merges into gets its merge back.
 */
function restoreLostMerges({ model: { vocab, merges } }: TokenizerFile): void {
  const partsOf = (merge: (typeof merges)[number]) => (typeof merge === "string" ? merge.split(" ") : merge);
  const idOf = (merge: (typeof merges)[number]) => vocab[partsOf(merge).join("")]!;
  const made = new Set(merges.map(idOf));
  const lost = Object.entries(vocab).filter(
    ([token, id]) => !made.has(id) && token.length === 2 && token[0]! in vocab && token[1]! in vocab,
  );
  for (const [token, id] of lost) {
    const before = merges.findIndex((merge) => idOf(merge) > id);
    const merge = [token[0]!, token[1]!] as const;
    const asListed = typeof merges[0] === "string" ? merge.join(" ") : merge;
    merges.splice(before < 0 ? merges.length : before, 0, asListed);
  }
}

/** Works the table out. Tokens from `endToken` on are special and say nothing. */
export function makeTextTokens(tokenizer: Tokenizer, endToken: number): TextTokens {
  const parts: number[][] = Array.from({ length: endToken }, (_, token) =>
    Array.from(
      tokenizer.id_to_token(token) ?? "",
      (character: string) => BYTE_OF_CHARACTER.get(character) ?? 0,
    ),
  );
  const offsets = new Int32Array(endToken + 1);
  for (const [token, part] of parts.entries()) offsets[token + 1] = offsets[token]! + part.length;
  const encode = (text: string) => tokenizer.encode(text, { add_special_tokens: false }).ids;
  return {
    bytes: Uint8Array.from(parts.flat()),
    offsets,
    nonSpeech: nonSpeechTokens(encode),
    blank: encode(" "),
  };
}

function nonSpeechTokens(encode: (text: string) => number[]): number[] {
  const result = new Set([encode(" -")[0]!, encode(" '")[0]!]);
  for (const symbol of [...NON_SPEECH_SYMBOLS, ...NON_SPEECH_MUSIC]) {
    for (const tokens of [encode(symbol), encode(` ${symbol}`)]) {
      if (tokens.length === 1 || NON_SPEECH_MUSIC.includes(symbol)) result.add(tokens[0]!);
    }
  }
  return [...result].sort((a, b) => a - b);
}
