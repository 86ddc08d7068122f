import { expect, test } from "vitest";
import { AlignAtt } from "../../../../src/pipeline/live/policy/align-att.js";
import { answers, expected, type Step } from "./hear.js";

const CASES: Readonly<Record<string, readonly Step[]>> = {
  "what is looked at 0.5 s before the end of the audio is certain at once": [
    { heard: "the cat sat", confirmed: "the cat", partial: "sat" },
    { heard: "the cat sat down", confirmed: "sat", partial: "down" },
  ],
  "in a pause 0.08 s are enough": [
    { heard: "the cat sat", audioSeconds: 1.35, silenceSeconds: 0.32, confirmed: "the cat sat", partial: "" },
  ],
  "a pause within speech is none": [
    { heard: "the cat sat", audioSeconds: 1.35, silenceSeconds: 0.1, confirmed: "the cat", partial: "sat" },
  ],
  "nothing is certain while the final text is being made": [
    { heard: "the cat sat", isEnding: true, partial: "the cat sat" },
    { heard: "the cat sat", audioSeconds: 2, confirmed: "the cat sat", partial: "" },
  ],
  "a loop is not certain however old it is": [
    {
      heard: "no way no way no way",
      audioSeconds: 9,
      confirmed: "no way",
      partial: "no way no way",
    },
  ],
};

test.each(Object.entries(CASES))("%s", (_, steps) => {
  expect(answers(new AlignAtt(), steps)).toEqual(expected(steps));
});

test("nothing is certain behind the place where attention jumps far back", () => {
  const policy = new AlignAtt();
  const attended = [1, 6, 1.5, 2];
  const words = attended.map((attendedSeconds, i) => ({
    word: ` w${i}`,
    tokens: [i],
    startSeconds: attendedSeconds,
    endSeconds: attendedSeconds + 0.2,
    probability: 0.9,
    attendedSeconds,
  }));
  const { newlyConfirmed } = policy.hear({
    words,
    isCut: false,
    audioSeconds: 10,
    silenceSeconds: 0,
    isEnding: false,
  });
  expect(newlyConfirmed.map(({ word }) => word)).toEqual([" w0", " w1"]);
});
