import { expect, test } from "vitest";
import { LocalAgreement } from "../../../../src/pipeline/live/policy/local-agreement.js";
import { answers, expected, type Step } from "./hear.js";

/** Words of hear.ts have a probability of 0.9; one that nothing follows is less sure and waits. */
const CASES: Readonly<Record<string, readonly Step[]>> = {
  "what two hypotheses begin with alike is confirmed, once": [
    { heard: "the cat sat", partial: "the cat sat" },
    { heard: "the cat sang a", confirmed: "the cat", partial: "sang a" },
    { heard: "the cat sang a song", confirmed: "sang a", partial: "song" },
  ],
  "case and signs do not count": [
    { heard: "The cat, sat", partial: "The cat, sat" },
    { heard: "the cat. Sat down", confirmed: "the cat. Sat", partial: "down" },
  ],
  "a confirmed word that is heard otherwise now stays, and nothing is said twice": [
    { heard: "I think so", partial: "I think so" },
    { heard: "I think so too", confirmed: "I think so", partial: "too" },
    { heard: "I guess so too then", confirmed: "too", partial: "then" },
  ],
  "a hypothesis that shrinks takes back what is partial": [
    { heard: "go on with", partial: "go on with" },
    { heard: "go on", audioSeconds: 2, confirmed: "go", partial: "on" },
    { heard: "", audioSeconds: 2.5, partial: "" },
    { heard: "go on now", audioSeconds: 3, partial: "on now" },
  ],
  "agreement without new audio confirms nothing": [
    { heard: "the cat sat", audioSeconds: 1.5, partial: "the cat sat" },
    { heard: "the cat sat", audioSeconds: 1.6, partial: "the cat sat" },
  ],
  "an unsure word stays the same for longer, and holds back what follows": [
    { heard: "to Genoa by", audioSeconds: 2, probability: 0.6, partial: "to Genoa by" },
    { heard: "to Genoa by", audioSeconds: 2.5, probability: 0.6, partial: "to Genoa by" },
    { heard: "to Genoa by", audioSeconds: 4, probability: 0.6, confirmed: "to Genoa by", partial: "" },
  ],
  "nothing is confirmed while the final text is being made, and all of it when the speaker goes on": [
    { heard: "the cat sat", partial: "the cat sat" },
    { heard: "the cat sat", audioSeconds: 2, isEnding: true, partial: "the cat sat" },
    { heard: "the cat sat down", audioSeconds: 2.5, confirmed: "the cat sat", partial: "down" },
  ],
  "a loop is confirmed up to its second copy, until it proves to be none": [
    { heard: "no way no way no way", partial: "no way no way no way" },
    { heard: "no way no way no way", audioSeconds: 6, confirmed: "no way", partial: "no way no way" },
    {
      heard: "no way no way no way he said",
      audioSeconds: 7,
      confirmed: "no way no way",
      partial: "he said",
    },
  ],
};

test.each(Object.entries(CASES))("%s", (_, steps) => {
  expect(answers(new LocalAgreement(), steps)).toEqual(expected(steps));
});

test("three hypotheses agree where three are asked for", () => {
  const steps: Step[] = [
    { heard: "the cat", partial: "the cat" },
    { heard: "the cat sat", partial: "the cat sat" },
    { heard: "the cat sat down", confirmed: "the cat", partial: "sat down" },
  ];
  const policy = new LocalAgreement({ hypotheses: 3, agreedSeconds: () => 0 });
  expect(answers(policy, steps)).toEqual(expected(steps));
});

test("a language without spaces is compared by what the engine calls words", () => {
  const characters = (text: string) => [...text].join(" ");
  const steps: Step[] = [
    { heard: characters("今日は"), partial: "今 日 は" },
    { heard: characters("今日は良"), confirmed: "今 日 は", partial: "良" },
  ];
  expect(answers(new LocalAgreement(), steps)).toEqual(expected(steps));
});
