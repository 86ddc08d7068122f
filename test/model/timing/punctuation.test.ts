import { expect, test } from "vitest";
import { DEFAULT_PUNCTUATION, mergePunctuation } from "../../../src/model/timing/punctuation.js";
import { timed } from "./timed.js";

check("after the word", [" Hello", ",", " world", "!"], [" Hello,", "", " world!", ""]);
check("several after the word", [" What", "?", "!", '"'], [' What?!"', "", "", ""]);
check("before the word", [' "', "Yes"], ["", ' "Yes']);
check("several before the word", [" (", ' "', "Yes"], ["", "", ' ( "Yes']);
check("on both sides", [" ¿", "Qué", "?", " ¡", "No"], ["", " ¿Qué?", "", " ¡", "No"]);
check("a hyphen begins a word only with a space before it", [" well", "-", "known"], [" well", "-", "known"]);
check("quotes at the front bind forward, even a lone one", [" '", " tis"], ["", " ' tis"]);
check("a run of signs counts as it stands in the option", [" Well", ".'"], [" Well", ".'"]);
check("Chinese and Japanese signs", ["世界", "、", "你好", "。"], ["世界、", "", "你好。", ""]);
check("nothing to do", [" a", " b"], [" a", " b"]);
check("no words", [], []);

test("the word keeps its own times and takes the tokens", () => {
  const merged = mergePunctuation(
    [
      { ...timed(" Yes", 1, 2), tokens: [7] },
      { ...timed("!", 2, 5), tokens: [8, 9] },
    ],
    DEFAULT_PUNCTUATION,
  );
  expect(merged[0]).toEqual({ ...timed(" Yes!", 1, 2), tokens: [7, 8, 9] });
  expect(merged[1]!.tokens).toEqual([]);
});

test("other signs, if wanted", () => {
  const options = { prependPunctuations: "<", appendPunctuations: ">" };
  const words = [" <", " a", ">", ","].map((word, i) => timed(word, i, i + 1));
  expect(mergePunctuation(words, options).map(({ word }) => word)).toEqual(["", " < a>", "", ","]);
});

function check(name: string, words: string[], expected: string[]): void {
  test(name, () => {
    const alignment = words.map((word, i) => timed(word, i, i + 1));
    const before = structuredClone(alignment);
    const merged = mergePunctuation(alignment, DEFAULT_PUNCTUATION);
    expect(merged.map(({ word }) => word)).toEqual(expected);
    expect(merged.flatMap(({ tokens }) => tokens)).toEqual(before.flatMap(({ tokens }) => tokens));
    expect(alignment).toEqual(before);
  });
}
