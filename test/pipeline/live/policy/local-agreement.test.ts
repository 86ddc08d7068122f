import { describe, expect, test } from "vitest";
import { LocalAgreement } from "../../../../src/pipeline/live/policy/local-agreement.js";
import { answers, expected, type Step, textOf, wordsOf } from "./hear.js";

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
    { heard: "to Genoa by", audioSeconds: 4.5, probability: 0.6, confirmed: "to Genoa by", partial: "" },
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

describe("checks", () => {
  /** Words end every half second; these are held back. */
  function unsure(...heard: string[]): LocalAgreement {
    const policy = new LocalAgreement();
    for (const [i, text] of heard.entries()) hear(policy, text, 2 + i * 0.5, 0.6);
    return policy;
  }

  function hear(policy: LocalAgreement, text: string, audioSeconds: number, probability: number): string {
    const [answer] = answers(policy, [{ heard: text, audioSeconds, probability, partial: "" }]);
    return answer!.confirmed!;
  }

  function check(policy: LocalAgreement, text: string, audioSeconds: number, probability = 0.8) {
    const { newlyConfirmed, partial } = policy.check({ words: wordsOf(text, probability), audioSeconds });
    return { confirmed: textOf(newlyConfirmed), partial: textOf(partial) };
  }

  test("are wanted of words that would have to wait, and of no others", () => {
    expect(unsure("to Genoa by", "to Genoa by").wantsCheck).toBe(true);
    const sure = new LocalAgreement();
    hear(sure, "the cat sat down", 2.5, 0.95);
    expect(sure.wantsCheck).toBe(false);
    const ending = new LocalAgreement();
    answers(ending, [
      { heard: "to Genoa by", audioSeconds: 3, probability: 0.6, isEnding: true, partial: "" },
    ]);
    expect(ending.wantsCheck).toBe(false);
  });

  test("a word that the check has as well need not wait", () => {
    const policy = unsure("to Genoa by", "to Genoa by");
    expect(check(policy, "To Genoa, by", 2.5)).toEqual({ confirmed: "to Genoa by", partial: "" });
    expect(policy.wantsCheck).toBe(false);
  });

  test("but one that was heard a single time, or that the check is unsure of, does", () => {
    const held = { confirmed: "", partial: "to Genoa by" };
    expect(check(unsure("to Genoa by"), "to Genoa by", 2.5)).toEqual(held);
    expect(check(unsure("to Genoa by", "to Genoa by"), "to Genoa by", 2.5, 0.3)).toEqual(held);
  });

  test("a word that the check has otherwise waits longer than an unsure one", () => {
    const policy = unsure("hold fights out", "hold fights out");
    expect(check(policy, "hold fast out", 2.5)).toEqual({ confirmed: "hold", partial: "fights out" });
    expect(hear(policy, "hold fights out", 4.9, 0.6)).toBe("");
    expect(hear(policy, "hold fights out", 6, 0.6)).toBe("fights out");
  });

  test("so does one that the check has another word in front of", () => {
    const policy = unsure("in box car", "in box car");
    expect(check(policy, "in the box car", 3)).toEqual({ confirmed: "in", partial: "box car" });
  });

  test("the last words of a check prove nothing, and contradict nothing", () => {
    const policy = unsure("to Genoa by", "to Genoa by");
    expect(check(policy, "to Genoa by", 2)).toEqual({ confirmed: "to Genoa", partial: "by" });
    expect(check(policy, "to Genoa bye", 1.7)).toEqual({ confirmed: "", partial: "by" });
    expect(hear(policy, "to Genoa by", 4.5, 0.6)).toBe("by");
  });

  test("words that came up behind the check's audio are not judged by it", () => {
    const policy = unsure("hold fights out", "hold fast out");
    expect(check(policy, "hold fights out", 2.3)).toEqual({ confirmed: "hold", partial: "fast out" });
    expect(hear(policy, "hold fast out", 5, 0.6)).toBe("fast out");
  });

  test("what two checks have alike is confirmed whatever the hypotheses say", () => {
    const policy = unsure("hold fights out", "hold fights out");
    check(policy, "hold fast out", 2.5);
    expect(check(policy, "hold fast out too", 3.3)).toEqual({ confirmed: "fast out", partial: "" });
    expect(hear(policy, "hold fights out too now", 3.6, 0.9)).toBe("");
    expect(hear(policy, "hold fights out too now then", 4.2, 0.9)).toBe("too now");
  });

  test("but not while the final text is being made, and a loop no further than else", () => {
    const ending = unsure("hold fights out", "hold fights out");
    check(ending, "hold fast out", 2.5);
    answers(ending, [{ heard: "hold fights out", audioSeconds: 3.2, isEnding: true, partial: "" }]);
    expect(check(ending, "hold fast out", 3.3).confirmed).toBe("");
    const loop = unsure("oh", "oh");
    check(loop, "no way no way no way", 4);
    expect(check(loop, "no way no way no way", 4.5).confirmed).toBe("no way");
  });
});
