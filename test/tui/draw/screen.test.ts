/** Whole screens as golden text, and that no screen of any size or text overflows. Without colour, as vitest has none. */
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import type { LiveEvent } from "../../../src/live-events.js";
import { drawScreen, scrollableLines } from "../../../src/tui/draw/screen.js";
import type { ViewState } from "../../../src/tui/view-state.js";
import { CONVERSATION, final, said, speech, stateAfter } from "../conversation.js";

const MACHINE = { residentBytes: 250e6 };

const SIZES = [
  { columns: 60, rows: 20 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 60 },
];

function check(state: ViewState, size: { columns: number; rows: number }): string[] {
  const lines = drawScreen(state, MACHINE, size);
  expect(lines.length).toBe(size.rows);
  for (const line of lines) expect(stringWidth(line), JSON.stringify(line)).toBe(size.columns);
  return lines;
}

describe.each(SIZES)("$columns × $rows", (size) => {
  test("a conversation", async () => {
    const lines = check(stateAfter(...CONVERSATION), size);
    const text = `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
    await expect(text).toMatchFileSnapshot(`../golden/conversation-${size.columns}x${size.rows}.txt`);
  });

  test("with times and the spectrogram", async () => {
    const columns = Array.from({ length: 40 }, (_, i) =>
      Uint8Array.from({ length: 40 }, (_, band) => (i * 6 + band * 3) % 256),
    );
    const spectrum: LiveEvent = {
      type: "spectrum",
      channel: "loopback",
      atSeconds: 6,
      startSeconds: 4,
      stepSeconds: 0.05,
      columns,
    };
    const state = { ...stateAfter(...CONVERSATION, spectrum), showsTimes: true, showsSpectrogram: true };
    const lines = check(state, size);
    const text = `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
    await expect(text).toMatchFileSnapshot(`../golden/spectrogram-${size.columns}x${size.rows}.txt`);
  });
});

describe("no screen overflows", () => {
  const texts = [
    " word",
    ` ${"Donaudampfschifffahrtsgesellschaftskapitän".repeat(4)}`,
    " 会議は明日の午後三時から始まります。",
    " 👩‍👩‍👧‍👦🇩🇪👍🏽 e\u0301a\u0308 ﷽ क्षि",
    " \u001b[31mred\u001b[0m \u001b]0;title\u0007 \u202eright to left\u202c\t\r\n\u0000",
    "",
  ];
  const states = [
    stateAfter(),
    stateAfter(
      ...texts.flatMap((text, i) => [
        speech(i, i % 2 === 0 ? "mic" : "loopback", i),
        final(i, i % 2 === 0 ? "mic" : "loopback", text),
      ]),
    ),
    stateAfter(
      ...texts.flatMap((text, i) => [
        speech(i, "mic", i),
        said("confirmed", i, "mic", text),
        said("partial", i, "mic", text),
      ]),
    ),
  ];

  test.each([1, 2, 5, 10, 39, 69, 70, 71, 133])("%i columns", (columns) => {
    for (const rows of [1, 2, 4, 7, 12, 30]) {
      for (const state of states) {
        for (const shows of [false, true]) {
          check({ ...state, showsTimes: shows, showsSpectrogram: shows }, { columns, rows });
        }
      }
    }
  });

  test("and text from the audio brings no control character along", () => {
    const text = texts[4]!;
    const state = stateAfter(speech(0, "mic", 0), final(0, "mic", text));
    expect(drawScreen(state, MACHINE, { columns: 100, rows: 30 }).join("")).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});

describe("scrollback", () => {
  const many = Array.from({ length: 200 }, (_, i) => {
    const channel = i % 2 === 0 ? "mic" : "loopback";
    return [speech(i, channel, i), final(i, channel, ` utterance ${i}`)];
  }).flat();
  const shown = (state: ViewState) => drawScreen(state, MACHINE, { columns: 100, rows: 30 }).join("\n");

  test("the newest text is followed", () => {
    expect(shown(stateAfter(...many))).toContain("utterance 199");
  });

  test("the beginning is reached, and no further", () => {
    const screen = shown({ ...stateAfter(...many), scroll: { lines: 100_000, hiddenLines: 100_000 } });
    expect(screen).toContain("utterance 0 ");
    expect(screen).not.toContain("utterance 199");
  });

  test("who has scrolled back reads on in peace while text comes", () => {
    const events = many.slice(0, -40);
    const before = stateAfter(...events);
    const hiddenLines = scrollableLines(before, { columns: 100, rows: 30 });
    const scroll = { lines: 30, hiddenLines };
    const linesShown = (state: ViewState) =>
      shown({ ...state, scroll })
        .split("\n")
        .slice(3, -4);
    expect(linesShown(stateAfter(...many))).toEqual(linesShown(before));
    expect(linesShown(before).join()).toContain("utterance");
  });
});
