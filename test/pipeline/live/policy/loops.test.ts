import { expect, test } from "vitest";
import { lengthBeforeLoop } from "../../../../src/pipeline/live/policy/loops.js";

test.each([
  ["", 0],
  ["so it goes", 3],
  ["twice is said twice is said", 6],
  ["no no no", 1],
  ["well no no no no", 2],
  ["thank you thank you thank you", 2],
  ["thank you thank you thank you thank", 2],
  ["no no no he said", 5],
])("%s", (text, length) => {
  expect(lengthBeforeLoop(text.split(" ").filter((word) => word !== ""))).toBe(length);
});
