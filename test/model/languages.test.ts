import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { LANGUAGES, parseLanguage } from "../../src/model/languages.js";

test("the codes are in the order of the model's tokens", () => {
  const file = packagePath("models/whisper-base-int8/generation_config.json");
  const { lang_to_id: ids } = JSON.parse(readFileSync(file, "utf8")) as {
    lang_to_id: Record<string, number>;
  };
  const inOrder = Object.entries(ids)
    .sort(([, a], [, b]) => a - b)
    .map(([token]) => token.slice(2, -2));
  // Cantonese came with large-v3.
  expect(Object.keys(LANGUAGES)).toEqual([...inOrder, "yue"]);
});

describe("what people write", () => {
  check("auto", undefined);
  check(" AUTO ", undefined);
  check("en", "en");
  check("EN", "en");
  check("haw", "haw");
  check("yue", "yue");
  check("German", "de");
  check("haitian creole", "ht");
  check("Mandarin", "zh");
  check("Castilian", "es");
  check("flemish", "nl");
  check("burmese", "my");

  function check(text: string, code: string | undefined) {
    test(JSON.stringify(text), () => expect(parseLanguage(text)).toBe(code));
  }
});

test.each(["", "xx", "deutsch", "en-US", "constructor", "toString", "__proto__", "undefined"])(
  "%j is no language",
  (text) => {
    expect(() => parseLanguage(text)).toThrow(RangeError);
  },
);

test("every code and every name means itself", () => {
  for (const [code, name] of Object.entries(LANGUAGES)) {
    expect(parseLanguage(code)).toBe(code);
    expect(parseLanguage(name)).toBe(code);
  }
});
