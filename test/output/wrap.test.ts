import { describe, expect, test } from "vitest";
import { wrapLines } from "../../src/output/wrap.js";

test.each([
  ["Short enough.", ["Short enough."]],
  ["Exactly forty-two columns fit in one line..", ["Exactly forty-two columns", "fit in one line.."]],
  ["Exactly forty-two columns fit in one line.", ["Exactly forty-two columns fit in one line."]],
  [
    "He began a confused complaint against the wizard, who had vanished behind it.",
    ["He began a confused complaint against", "the wizard, who had vanished behind it."],
  ],
])("%s", (text, lines) => expect(wrapLines(text)).toEqual(lines));

describe("lines", () => {
  test("up to 84 columns of words fit in two", () => {
    const sentence =
      "and so my fellow americans ask not what your country can do for you ask what you can do";
    for (let end = 43; end <= 84; end++) {
      const text = sentence.slice(0, end).trim();
      const lines = wrapLines(text);
      expect(lines).toHaveLength(text.length > 42 ? 2 : 1);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(46);
    }
  });

  test("longer text takes more, none far over 42 columns, joined they are the text", () => {
    const text = Array.from({ length: 60 }, (_, i) => "word".repeat(1 + (i % 4))).join(" ");
    const lines = wrapLines(text);
    expect(lines.join(" ")).toBe(text);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(46);
    expect(Math.min(...lines.map((line) => line.length))).toBeGreaterThan(20);
  });

  test("a word longer than any line is cut between graphemes", () => {
    const family = "👩‍👩‍👧‍👦";
    const lines = wrapLines(family.repeat(50));
    expect(lines.join("")).toBe(family.repeat(50));
    for (const line of lines) expect(line.replaceAll(family, "")).toBe("");
    expect(lines).toHaveLength(3);
  });
});

describe("scripts without spaces", () => {
  const japanese = "客観的実在の判断的知識が成立するのである。そして、それは「真理」と呼ばれている。";

  test("a full-width character takes two columns, and no line starts with a closing mark", () => {
    const lines = wrapLines(japanese);
    expect(lines.join("")).toBe(japanese);
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line.length).toBeLessThanOrEqual(23);
      expect(line).not.toMatch(/^[。、」ー]/u);
      expect(line).not.toMatch(/「$/u);
    }
  });

  test("Thai breaks between words and keeps its marks on their letters", () => {
    const thai = "ผมไม่รู้ว่าจะทำอย่างไรกับเรื่องนี้แต่ผมคิดว่าเราควรจะเริ่มต้นใหม่อีกครั้งหนึ่ง";
    const lines = wrapLines(thai);
    expect(lines.join("")).toBe(thai);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line).not.toMatch(/^\p{M}/u);
  });
});
