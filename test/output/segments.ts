/** Segments for the writers' tests: one by hand, and any number of nasty ones from a seed. */
import type { Segment } from "../../src/transcript.js";

export function segment(fields: Partial<Segment>): Segment {
  return {
    id: 0,
    seekFrames: 0,
    startSeconds: 0,
    endSeconds: 1,
    text: " Hello.",
    tokens: [50364, 2425, 13, 50414],
    temperature: 0,
    avgLogprob: -0.25,
    compressionRatio: 1.1,
    noSpeechProb: 0.01,
    ...fields,
  };
}

const TEXTS = [
  " The child almost hurt the small dog.",
  " One --> two",
  " ---->",
  " 00:00:01,000 --> 00:00:02,000",
  "\n\n12\n00:00:09,000 --> 00:00:10,000\ninjected",
  " WEBVTT",
  " 1",
  " <b>bold</b> & <script>alert(1)</script> &amp; &lt;",
  " tab\tand\r\nline\u2028separator\u0000nul\u0007bell",
  "",
  "   ",
  "\n",
  "\u200b\ufeff",
  " And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.",
  ` ${"Donaudampfschifffahrtsgesellschaftskapitän".repeat(3)}`,
  `${" lorem ipsum dolor sit amet".repeat(30)}`,
  "客観的実在の判断的知識が成立するのである。そして、それは「真理」と呼ばれ、長い文でも行の頭に句点が来ない。",
  "ผมไม่รู้ว่าจะทำอย่างไรกับเรื่องนี้แต่ผมคิดว่าเราควรจะเริ่มต้นใหม่อีกครั้งหนึ่ง",
  " 👩‍👩‍👧‍👦👍🏽 e\u0301te\u0301 \ud83d lone",
  " مرحبا بالعالم، هذا اختبار طويل بما يكفي ليحتاج إلى سطرين على الأقل من النص",
  " Vraiment\u00a0? Oui\u202f!",
];

/** `count` segments in the order in which a careless pipeline might deliver them; the same ones for the same seed. */
export function nastySegments(seed: number, count: number): Segment[] {
  const random = mulberry32(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const segments: Segment[] = [];
  let seconds = random() < 0.2 ? 100 * 3600 + random() * 1e6 : random() * 10;
  for (let id = 0; id < count; id++) {
    const lengthSeconds = pick([0, 0, -1, 0.01, 0.0994, 0.0996, 0.3, 2.5, 7, 31, Number.NaN, random() * 5]);
    const startSeconds = pick([seconds, seconds, seconds, seconds - 2, -5, seconds + 0.00049, Number.NaN]);
    segments.push(
      segment({
        id,
        startSeconds,
        endSeconds: pick([
          startSeconds + lengthSeconds,
          startSeconds + lengthSeconds,
          Number.POSITIVE_INFINITY,
        ]),
        text: pick(TEXTS) + (random() < 0.3 ? pick(TEXTS) : ""),
        ...(random() < 0.2 ? { speaker: pick(["Agent", "A --> B\n", " ", "<v Bob>"]) } : {}),
      }),
    );
    seconds += Math.max(0, Number.isNaN(lengthSeconds) ? 0 : lengthSeconds) * pick([0, 0.5, 1, 1.2]);
  }
  return segments;
}

/** A small generator of numbers in [0, 1). @see https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
