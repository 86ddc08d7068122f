import { describe, expect, test } from "vitest";
import { packagePath } from "../../../src/assets.js";
import { loadTokenizer } from "../../../src/model/hub-tokenizer.js";
import { splitIntoWords } from "../../../src/model/timing/split-words.js";
import { embeddedTokenizer } from "../embedded-tokenizer.js";

const { tokenizer } = embeddedTokenizer();
const hub = loadTokenizer(packagePath("models/whisper-base-int8"));

describe("on spaces", () => {
  check(" And Mr. John Dashwood", "en", [" And", " Mr", ".", " John", " Dashwood"]);
  check(" didn't he?", "en", [" didn't", " he", "?"]);
  check("Hello", "en", ["Hello"]);
  check(" well-known $3.50", "en", [" well", "-known", " $3", ".50"]);
  check(" Größe, Straße", "de", [" Größe", ",", " Straße"]);
  check(" ¿Qué tal?", "es", [" ¿Qué", " tal", "?"]);
  check(" Привет, мир", undefined, [" Привет", ",", " мир"]);
  check(" ok 👍🏽", "en", [" ok", " 👍🏽"]);
  check(" 안녕하세요 세계", "ko", [" 안녕하세요", " 세계"]);
});

describe("on characters", () => {
  check("世界㐂", "zh", ["世界", "㐂"]);
  check("こんにちは、世界。", "ja", ["こんにちは", "、", "世界", "。"]);

  test("no character is cut, in any of the languages", () => {
    const text = "𠮷野家で㐂ぶ、ว่าอย่างไร မြန်မာ ລາວ 佢哋";
    for (const language of ["zh", "ja", "th", "lo", "my", "yue"]) {
      const tokens = encode(text);
      const words = splitIntoWords(tokens, language, tokenizer);
      expect(words.map(({ word }) => word).join("")).toBe(text);
      expect(words.flatMap((word) => word.tokens)).toEqual(tokens);
      expect(words.length).toBeGreaterThan(10);
      expect(words.some(({ word }) => word.includes("\uFFFD"))).toBe(false);
    }
  });
});

test("what comes together with a space in other languages comes apart in these", () => {
  const tokens = encode("こんにちは、世界。");
  expect(splitIntoWords(tokens, "en", tokenizer)).toHaveLength(1);
  expect(splitIntoWords(tokens, "ja", tokenizer).length).toBeGreaterThan(1);
});

test("broken bytes hold nothing up", () => {
  const [lead] = encode("㐂");
  const word = splitIntoWords([...encode(" a"), lead!, ...encode(" b")], "zh", tokenizer);
  expect(word.map((part) => part.word)).toEqual([" a", "\uFFFD", " b"]);
});

test("an unfinished character at the end stays", () => {
  const tokens = [...encode(" a"), ...encode("㐂").slice(0, -1)];
  for (const language of ["en", "zh"]) {
    expect(splitIntoWords(tokens, language, tokenizer).flatMap((word) => word.tokens)).toEqual(tokens);
  }
});

test("no tokens, no words", () => expect(splitIntoWords([], "en", tokenizer)).toEqual([]));

function check(text: string, language: string | undefined, expected: string[]): void {
  test(text, () => {
    const tokens = encode(text);
    const words = splitIntoWords(tokens, language, tokenizer);
    expect(words.map(({ word }) => word)).toEqual(expected);
    expect(words.flatMap((word) => word.tokens)).toEqual(tokens);
  });
}

function encode(text: string): number[] {
  return hub.encode(text, { add_special_tokens: false }).ids;
}
