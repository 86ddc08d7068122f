import { expect, test } from "vitest";
import { LoadGovernor } from "../../../src/pipeline/live/load-governor.js";

test("text gets cheaper step by step as it gets later, and dearer only after a while in time", () => {
  const governor = new LoadGovernor();
  const levels: string[] = [];
  const run = (lagSeconds: number, fromSeconds: number, toSeconds: number) => {
    for (let now = fromSeconds; now < toSeconds; now++) {
      if (governor.update(lagSeconds, now)) levels.push(`${now} ${governor.level}`);
    }
  };
  run(1, 0, 20);
  run(4, 20, 30);
  run(9, 30, 40);
  run(2, 40, 60);
  run(0.5, 60, 100);
  expect(levels).toEqual(["20 fewer-partials", "30 greedy-finals", "69 fewer-partials", "79 normal"]);
});

test("a lag that comes and goes changes the level no more than once in a while", () => {
  const governor = new LoadGovernor();
  let changes = 0;
  for (let now = 0; now < 100; now++) changes += governor.update(now % 4 === 0 ? 3.5 : 0, now) ? 1 : 0;
  expect(governor.level).toBe("fewer-partials");
  expect(changes).toBe(1);
});
