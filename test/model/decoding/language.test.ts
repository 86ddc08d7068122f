import { describe, expect, test } from "vitest";
import { LanguageMemory, languageProbabilities } from "../../../src/model/decoding/language.js";
import { embeddedTokenizer } from "../embedded-tokenizer.js";

const CODES = ["en", "de", "fr"];

test("probabilities are over the language tokens alone", () => {
  const { config, tokenizer } = embeddedTokenizer();
  const logits = new Float32Array(config.vocabularySize).fill(-50);
  // Both neighbours of the languages, and a text token, are far above them.
  logits[tokenizer.startToken] = 90;
  logits[tokenizer.translateToken] = 90;
  logits[11] = 90;
  logits[tokenizer.languageToken("de")] = 30;
  logits[tokenizer.languageToken("su")] = 30 + Math.log(3);
  const probabilities = languageProbabilities(logits, tokenizer);
  expect(probabilities).toHaveLength(99);
  expect(probabilities[tokenizer.languages.indexOf("de")]).toBeCloseTo(0.25, 5);
  expect(probabilities[tokenizer.languages.indexOf("su")]).toBeCloseTo(0.75, 5);
  expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
});

describe("over the windows of a recording", () => {
  check("a sure window settles it", [[0.9, 0.05, 0.05]], ["en"], "en");
  check("half is sure", [[0.25, 0.5, 0.25]], ["de"], "de");
  check("an unsure window does not", [[0.49, 0.26, 0.25]], ["en"], undefined);
  check(
    "one unclear window does not turn the language",
    [
      [0.4, 0.35, 0.25],
      [0.3, 0.35, 0.35],
    ],
    ["en", "en"],
    undefined,
  );
  check(
    "later windows outweigh the first",
    [
      [0.4, 0.35, 0.25],
      [0.1, 0.8, 0.1],
    ],
    ["en", "de"],
    "de",
  );
  check("a sure window after an unsure one settles the mean only", [[0, 0.05, 0.95]], ["fr"], "fr");

  function check(
    name: string,
    windows: readonly number[][],
    detected: readonly string[],
    settled: string | undefined,
  ) {
    test(name, () => {
      const memory = new LanguageMemory();
      const seen = windows.map((window) => memory.observe(Float32Array.from(window), CODES, 1).language);
      expect(seen).toEqual(detected);
      expect(memory.settled?.language).toBe(settled);
    });
  }

  test("the probability reported is the mean of the windows", () => {
    const memory = new LanguageMemory();
    memory.observe(Float32Array.of(0.4, 0.35, 0.25), CODES, 1);
    expect(memory.observe(Float32Array.of(0.2, 0.35, 0.45), CODES, 1).probability).toBeCloseTo(0.35, 6);
  });
});

describe("a settled language", () => {
  const EN = [0.9, 0.05, 0.05];
  const DE = [0.1, 0.85, 0.05];
  const FR = [0.1, 0.05, 0.85];
  const UNCLEAR = [0.25, 0.75, 0];
  const languagesOf = (windows: readonly number[][], weights: readonly number[] = []) => {
    const memory = new LanguageMemory();
    return windows.map(
      (window, i) => memory.observe(Float32Array.from(window), CODES, weights[i] ?? 1).language,
    );
  };

  test("stands against one sure window", () => {
    expect(languagesOf([EN, DE, EN, DE, EN])).toEqual(["en", "en", "en", "en", "en"]);
  });
  test("and against any number of unclear ones, or of different ones", () => {
    expect(languagesOf([EN, UNCLEAR, UNCLEAR, UNCLEAR])).toEqual(["en", "en", "en", "en"]);
    expect(languagesOf([EN, DE, FR, DE, FR])).toEqual(["en", "en", "en", "en", "en"]);
  });
  test("changes with the second of two that agree, and back", () => {
    expect(languagesOf([EN, DE, DE, DE, EN, EN])).toEqual(["en", "en", "de", "de", "de", "en"]);
  });
  test("windows without a voice have no say", () => {
    expect(languagesOf([EN, DE, DE, DE], [1, 0.2, 0.2, 1])).toEqual(["en", "en", "en", "en"]);
  });
});

test("a window with hardly a voice weighs little against one with", () => {
  const memory = new LanguageMemory();
  memory.observe(Float32Array.of(0.05, 0.47, 0.48), CODES, 0.05);
  expect(memory.observe(Float32Array.of(0.45, 0.3, 0.25), CODES, 1).language).toBe("en");
});

test("where nobody spoke yet the window alone counts", () => {
  expect(new LanguageMemory().observe(Float32Array.of(0.2, 0.7, 0.1), CODES, 0)).toMatchObject({
    language: "de",
  });
});
