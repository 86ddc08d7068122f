import { expect, test } from "vitest";
import { escapeHtml, scriptJson } from "../../../src/output/report/html.js";
import { turnItem } from "../../../src/output/report/turns.js";
import { nastySegments, segment } from "../segments.js";

const word = (text: string, startSeconds: number, probability = 0.9) => {
  return { word: text, startSeconds, endSeconds: startSeconds + 0.5, probability };
};

test("words with their times, the space outside, unsure ones marked", () => {
  const words = [word(" We", 61), word(" ship", 61.5, 0.31), word("-ping.", 62)];
  const item = turnItem(segment({ startSeconds: 61, endSeconds: 62.5, words, channel: 1 }), ["me", "<them>"]);
  expect(item).toBe(
    '<li class="turn c1" data-channel="1" data-start="61.00" data-end="62.50">' +
      '<div class="at"><a class="time" href="#t=61.00">1:01</a><span class="who">&lt;them&gt;</span></div>' +
      '<p class="text" dir="auto"> <span class="w" data-t="61.00 61.50">We</span>' +
      ' <span class="w unsure" title="unsure: 31 %" data-t="61.50 62.00">ship</span>' +
      '<span class="w" data-t="62.00 62.50">-ping.</span></p></li>\n',
  );
});

test("a turn without words is one, and one without text none", () => {
  expect(turnItem(segment({ text: " All of it." }), ["me"])).toContain(">All of it.</span>");
  expect(turnItem(segment({ text: " \n" }), ["me"])).toBe("");
});

test("whatever is said, the only tags are ours", () => {
  for (const each of nastySegments(5, 300)) {
    const words = (each.text.match(/\s*\S+/g) ?? []).map((text, i) => word(text, i));
    for (const item of [turnItem(each, ["a<b"]), turnItem({ ...each, words }, ["a<b", "c"])]) {
      const tags = item.match(/<[^>]*>/g) ?? [];
      expect(tags.filter((tag) => !/^<\/?(li|div|a|span|p)( [a-z-]+="[^"<>]*")*>$/.test(tag))).toEqual([]);
      expect(item.replaceAll(/<[^>]*>/g, "")).not.toMatch(/[<>"']/);
    }
  }
});

test("text and data leave the element they stand in to nobody", () => {
  expect(escapeHtml(`<b a="1" b='2'>&amp;\u202e\u0000`)).toBe(
    "&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp; ",
  );
  const json = scriptJson({ name: "</script><!--" });
  expect(json).not.toContain("<");
  expect(JSON.parse(json)).toEqual({ name: "</script><!--" });
});
