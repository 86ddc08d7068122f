import { describe, expect, test } from "vitest";
import { assignWindows } from "../../../src/pipeline/align/assign-windows.js";
import { piecesOf } from "../../../src/pipeline/align/pieces.js";

describe("each word goes where it was heard", () => {
  check("as said", "one two three four", ["one two", "three four"], [0, 0, 1, 1], 1);
  check("misheard", "one two three four", ["one too", "tree four"], [0, 0, 1, 1], 0.5);
  check(
    "between two windows, by what was heard instead",
    "one a b c two",
    ["one x", "y z two"],
    [0, 0, 1, 1, 1],
    0.4,
  );
  check("not heard: with the word before", "one two a three", ["one two", "three"], [0, 0, 0, 1], 0.75);
  check("not heard, at the front: with the word behind", "a b one two", ["one two"], [0, 0, 0, 0], 0.5);
  check("a window with other text gets none", "one two", ["one", "so what", "two"], [0, 2], 1);
  check("a silent window gets none", "one two", ["one", "", "two"], [0, 2], 1);
  check("signs go with the word before them", "one – two – three", ["one", "two three"], [0, 0, 1, 1, 1], 1);
  check("a sign at the front goes with the first word", "– one", ["", "one"], [1, 1], 1);
  check("by character where there are no spaces", "世界你好", ["世界", "你好"], [0, 0, 1, 1], 1);
  check("nothing in common", "one two three", ["four five", "six"], [0, 0, 1], 0);
  check("no text", "", ["one"], [], 0);
});

function check(name: string, given: string, heard: string[], windows: number[], heardShare: number): void {
  test(name, () => {
    expect(assignWindows(piecesOf(given), heard.map(piecesOf))).toEqual({ windows, heardShare });
  });
}
