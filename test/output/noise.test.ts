import { expect, test } from "vitest";
import { hideNoise, isNoise } from "../../src/output/noise.js";
import { segment } from "./segments.js";

test.each([
  " [BLANK_AUDIO]",
  "[ Silence ]",
  "[MUSIC PLAYING]",
  "[Speaking Spanish]",
  " (crickets chirping)",
  " (upbeat music)",
  "(door slams)",
  "(laughs)",
  "(Dog barking in the distance)",
  "(speaking in foreign language)",
  "*sighs*",
  " *clears throat*",
  "♪♪",
  " ... ... ...",
  " - ",
  " ♪ ♪ ♪",
  "♪ upbeat music ♪",
  "[Music] [Applause]",
  "(music) ♪ ♪",
  "[Música]",
  "(Música)",
  "(Musik)",
  "(Applaus)",
  "(Gelächter)",
  "[Musique]",
  "(Applaudissements)",
  "(Risas)",
  "(музыка)",
  "[Аплодисменты]",
  "[音楽]",
  "(拍手)",
  "（笑）",
  "【音乐】",
  "(軽快な音楽)",
  "(음악)",
  "(เสียงหัวเราะ)",
  "[موسيقى]",
  "(Mu\u0301sica)",
  "[Music].",
])("noise: %s", (text) => expect(isNoise(text)).toBe(true));

test.each([
  "",
  " Thank you.",
  " (or so they say)",
  " (and the music was loud)",
  " (He leaves the room.)",
  " (555) 123-4567",
  " music",
  " Silence!",
  " ♪ Happy birthday to you ♪",
  " Listen to the music.",
  " [Music] Good morning.",
  " f*** you ***",
  " 2 * 3 * 4",
  " (laughs) Music.",
  "（声明を発表した人）",
])("speech: %s", (text) => expect(isNoise(text)).toBe(false));

test.each([
  [" Yes. (laughs) I know.", " Yes. I know."],
  [" [Music] Good morning.", " Good morning."],
  [" Good morning. [BLANK_AUDIO]", " Good morning."],
  [" Danke (Applaus), vielen Dank.", " Danke, vielen Dank."],
  ["そうですね（笑）はい", "そうですねはい"],
  [" He quoted it [sic] and left.", undefined],
  [" Call (555) 123-4567 now.", undefined],
  [" A (piano) teacher (from Rome) came.", undefined],
  [" The (very loud) engine.", undefined],
  [" He plays (or so they say) music.", undefined],
  [" f*** you ***", undefined],
])("in speech: %s", (text, left) => {
  const before = segment({ text });
  const after = hideNoise(before);
  if (left === undefined) expect(after).toBe(before);
  else expect(after).toEqual({ ...before, text: left });
});

test("a segment of nothing but noise is gone", () => {
  expect(hideNoise(segment({ text: " (crickets chirping)" }))).toBeUndefined();
});

test("words go with their text, however they are cut", () => {
  const words = [" Yes.", " (soft", " laughter).", " I", " know."].map((word, i) => ({
    word,
    startSeconds: i,
    endSeconds: i + 1,
    probability: 0.5,
  }));
  const after = hideNoise(segment({ text: " Yes. (soft laughter). I know.", words }));
  expect(after?.text).toBe(" Yes.. I know.");
  expect(after?.words?.map(({ word, startSeconds }) => [word, startSeconds])).toEqual([
    [" Yes.", 0],
    [".", 2],
    [" I", 3],
    [" know.", 4],
  ]);
});
