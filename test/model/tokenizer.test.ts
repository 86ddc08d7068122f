import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { loadTokenizer, makeTextTokens } from "../../src/model/hub-tokenizer.js";
import { WhisperTokenizer } from "../../src/model/tokenizer.js";
import { embeddedTokenizer } from "./embedded-tokenizer.js";
import { temporaryFolder } from "./temporary-folder.js";
import { thrownCode } from "./thrown-code.js";

const model = packagePath("models/whisper-base-int8");
const folder = temporaryFolder();
const { config, textTokens, tokenizer } = embeddedTokenizer();
/** tokenizer.json, which the table in the weights file was made from: an encoder independent of it. */
const hub = loadTokenizer(model);
const generation = JSON.parse(readFileSync(join(model, "generation_config.json"), "utf8")) as {
  suppress_tokens: number[];
  lang_to_id: Record<string, number>;
};

describe("text comes back as it was", () => {
  check("English", " And Mr. John Dashwood had then leisure to consider, didn't he?");
  check("no leading space", "Hello");
  check("spaces", "  two  and   three ");
  check("digits and signs", " 3,141.59 % of $20 – “quoted”…");
  check("German", " Größe, Straße, Übung");
  check("Vietnamese", " Tiếng Việt rất hay");
  check("Russian", " Привет, как дела?");
  check("Greek", " Καλημέρα κόσμε");
  check("Hebrew", " שלום עולם");
  check("Arabic", " مرحبا بالعالم");
  check("Hindi", " नमस्ते दुनिया");
  check("Thai", "สวัสดีชาวโลก");
  check("Chinese", "你好，世界。");
  check("Japanese", "こんにちは、世界。カタカナ");
  check("Korean", " 안녕하세요 세계");
  check("emoji", " ok 👍🏽 👩‍👩‍👧");
  check("a combining accent", " e\u0301cole");
  check("a line break", " one\ntwo");

  function check(name: string, text: string) {
    test(name, () => expect(tokenizer.decode(encode(text))).toBe(text));
  }
});

// Ranks in openai/whisper's assets/multilingual.tiktoken.
test.each([
  [" Hello world", [2425, 1002]],
  ["Hello", [15_947]],
  [" ", [220]],
  [" -", [359]],
  // Made by the first merge, which the hub's file lacks.
  [" then", [550]],
])("%j is %j", (text, tokens) => {
  expect(encode(text)).toEqual(tokens);
  expect(tokenizer.decode(tokens)).toBe(text);
});

test("a character cut in the middle becomes U+FFFD, and its other half heals it", () => {
  const tokens = encode("㐂");
  expect(tokens.length).toBeGreaterThan(1);
  expect(tokenizer.decode(tokens.slice(0, -1))).toMatch(/^\uFFFD+$/);
  expect(tokenizer.decode(tokens)).toBe("㐂");
});

test("special tokens and timestamps say nothing", () => {
  const text = encode(" Hi");
  const { startToken, endToken, firstTimestampToken, noTimestampsToken } = tokenizer;
  expect(
    tokenizer.decode([
      startToken,
      noTimestampsToken,
      firstTimestampToken,
      ...text,
      firstTimestampToken + 9,
      endToken,
    ]),
  ).toBe(" Hi");
  expect(tokenizer.decode([startToken, endToken])).toBe("");
  expect(tokenizer.decode([])).toBe("");
});

test("special tokens lie where the checkpoint says", () => {
  const names = addedTokens();
  expect(tokenizer.endToken).toBe(names.get("<|endoftext|>"));
  expect(tokenizer.startToken).toBe(names.get("<|startoftranscript|>"));
  expect(tokenizer.translateToken).toBe(names.get("<|translate|>"));
  expect(tokenizer.transcribeToken).toBe(names.get("<|transcribe|>"));
  expect(tokenizer.startOfLmToken).toBe(names.get("<|startoflm|>"));
  expect(tokenizer.startOfPreviousToken).toBe(names.get("<|startofprev|>"));
  expect(tokenizer.noSpeechToken).toBe(names.get("<|nospeech|>") ?? names.get("<|nocaptions|>"));
  expect(tokenizer.noTimestampsToken).toBe(names.get("<|notimestamps|>"));
  expect(tokenizer.languages).toHaveLength(99);
  for (const [token, id] of Object.entries(generation.lang_to_id)) {
    expect(tokenizer.languageToken(token.slice(2, -2))).toBe(id);
  }
  expect(tokenizer.firstTimestampToken).toBe(50_364);
});

describe("other vocabularies", () => {
  // openai/whisper tokenizer.py:331-363.
  check(
    "English only",
    { endToken: 50_256, firstTimestampToken: 50_363, isMultilingual: false },
    {
      startToken: 50_257,
      translateToken: 50_357,
      transcribeToken: 50_358,
      startOfLmToken: 50_359,
      startOfPreviousToken: 50_360,
      noSpeechToken: 50_361,
      noTimestampsToken: 50_362,
    },
  );
  check(
    "large-v3, with Cantonese",
    { firstTimestampToken: 50_365 },
    {
      startToken: 50_258,
      translateToken: 50_359,
      transcribeToken: 50_360,
      startOfLmToken: 50_361,
      startOfPreviousToken: 50_362,
      noSpeechToken: 50_363,
      noTimestampsToken: 50_364,
    },
  );

  function check(name: string, change: Partial<typeof config>, expected: Partial<WhisperTokenizer>) {
    test(name, () =>
      expect(new WhisperTokenizer(textTokens, { ...config, ...change })).toMatchObject(expected),
    );
  }
});

test("what decoding starts from", () => {
  expect(tokenizer.startSequence("de", "transcribe")).toEqual([50_258, 50_261, 50_359]);
  expect(tokenizer.startSequence("en", "translate")).toEqual([50_258, 50_259, 50_358]);
  expect(() => tokenizer.startSequence("yue", "transcribe")).toThrow(RangeError);
  const english = new WhisperTokenizer(textTokens, {
    ...config,
    endToken: 50_256,
    firstTimestampToken: 50_363,
    isMultilingual: false,
  });
  expect(english.startSequence("en", "transcribe")).toEqual([50_257]);
});

test("the table in the weights file is what tokenizer.json gives", () => {
  const { bytes, offsets, ...lists } = makeTextTokens(hub, config.endToken);
  const { bytes: storedBytes, offsets: storedOffsets, ...storedLists } = textTokens;
  expect(lists).toEqual(storedLists);
  expect(Buffer.from(bytes).equals(storedBytes)).toBe(true);
  expect(Buffer.from(offsets.buffer).equals(Buffer.from(storedOffsets.buffer))).toBe(true);
});

test("blank is a lone space", () => {
  expect(tokenizer.blankTokens).toEqual([220]);
});

test("the non-speech set is the list in generation_config.json", () => {
  const published = generation.suppress_tokens.filter((token) => token < config.endToken);
  expect(published.length).toBeGreaterThan(80);
  expect(tokenizer.nonSpeechTokens).toEqual(published);
});

describe("a tokenizer.json with a fault", () => {
  check("missing", undefined);
  check("no JSON", "{");
  check("null", "null");
  check("no model", "{}");
  check("a list", "[]");

  function check(name: string, text: string | undefined) {
    test(name, async () => {
      const path = join(folder, name);
      mkdirSync(path);
      if (text !== undefined) writeFileSync(join(path, "tokenizer.json"), text);
      expect(await thrownCode(() => loadTokenizer(path))).toBe("MODEL_BROKEN");
    });
  }
});

function encode(text: string): number[] {
  return hub.encode(text, { add_special_tokens: false }).ids;
}

function addedTokens(): Map<string, number> {
  const json = JSON.parse(readFileSync(join(model, "tokenizer.json"), "utf8")) as {
    added_tokens: { id: number; content: string }[];
  };
  return new Map(json.added_tokens.map(({ id, content }) => [content, id]));
}
