import { expect, test } from "vitest";
import { CueTimeline } from "../../src/output/cues.js";

/** Segments as "start..end" in seconds, cues as "start..end" in milliseconds. */
function check(segments: string, cues: string) {
  const timeline = new CueTimeline();
  const settled = segments.split(" ").flatMap((segment) => {
    const [start, end] = segment.split("..").map(Number);
    return timeline.add(start!, end!, "text");
  });
  settled.push(...timeline.finish());
  expect(settled.map(({ startMs, endMs }) => `${startMs}..${endMs}`).join(" ")).toBe(cues);
}

test.each([
  ["in order", "0..1 1..2", "0..1000 1000..2000"],
  ["overlapping: the later one starts later", "0..5 4..8", "0..5000 5000..8000"],
  ["inside the previous one: shortly after it", "0..5 1..2 9..10", "0..5000 5000..5500 9000..10000"],
  ["no length, the next far away", "1..1 9..10", "1000..1500 9000..10000"],
  ["no length, the next close by", "1..1 1.2..3", "1000..1200 1200..3000"],
  ["no length, the next at once", "1..1 1..3", "1000..1100 1100..3000"],
  ["negative length at the end", "3..2", "3000..3500"],
  ["just too short and just long enough", "1..1.0994 2..2.0996", "1000..1500 2000..2100"],
  ["going backwards", "5..6 2..3 1..1", "5000..6000 6000..6100 6100..6600"],
  ["before the start", "-4..2", "0..2000"],
  ["no numbers", "NaN..2 3..NaN NaN..Infinity", "0..2000 3000..3100 3100..3600"],
])("%s", (_, segments, cues) => check(segments, cues));
