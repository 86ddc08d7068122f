import { describe, expect, test } from "vitest";
import { isSilence, needsFallback } from "../../../src/model/decoding/fallback.js";
import { DEFAULT_DECODING_OPTIONS } from "../../../src/model/decoding-options.js";

const GOOD = { avgLogprob: -0.3, compressionRatio: 1.5, noSpeechProb: 0.1 };
const DEFAULTS = DEFAULT_DECODING_OPTIONS;

/** openai/whisper transcribe.py:184-224 (again) and 298-310 (silence), with the default thresholds 2.4, -1 and 0.6. */
describe("decode again? silence?", () => {
  check("good", {}, { again: false, silence: false });
  check("repetitive", { compressionRatio: 2.41 }, { again: true, silence: false });
  check("as repetitive as allowed", { compressionRatio: 2.4 }, { again: false, silence: false });
  check("unlikely", { avgLogprob: -1.01 }, { again: true, silence: false });
  check("as unlikely as allowed", { avgLogprob: -1 }, { again: false, silence: false });
  check("no speech, but likely text", { noSpeechProb: 0.9 }, { again: false, silence: false });
  check("no speech and unlikely", { noSpeechProb: 0.61, avgLogprob: -1.01 }, { again: false, silence: true });
  check("just not no speech", { noSpeechProb: 0.6, avgLogprob: -1.01 }, { again: true, silence: false });
  check(
    "no speech, repetitive, likely",
    { noSpeechProb: 0.9, compressionRatio: 3 },
    { again: true, silence: false },
  );
  check(
    "no speech, repetitive, unlikely",
    { noSpeechProb: 0.9, compressionRatio: 3, avgLogprob: -2 },
    { again: false, silence: true },
  );
  check(
    "no speech, exactly at the threshold",
    { noSpeechProb: 0.9, avgLogprob: -1 },
    { again: false, silence: true },
  );
  const hopeless = { noSpeechProb: 0.9, compressionRatio: 3, avgLogprob: -2 };
  check(
    "no compression threshold",
    { compressionRatio: 9 },
    { again: false, silence: false },
    { compressionRatioThreshold: undefined },
  );
  check(
    "no log-probability threshold: no speech alone decides",
    { noSpeechProb: 0.7 },
    { again: false, silence: true },
    { logprobThreshold: undefined },
  );
  check(
    "no log-probability threshold: silence does not stop a loop",
    hopeless,
    { again: true, silence: true },
    { logprobThreshold: undefined },
  );
  check(
    "no threshold for silence",
    hopeless,
    { again: true, silence: false },
    { noSpeechThreshold: undefined },
  );

  function check(
    name: string,
    quality: Partial<typeof GOOD>,
    expected: { readonly again: boolean; readonly silence: boolean },
    thresholds: Partial<typeof DEFAULTS> = {},
  ) {
    test(name, () => {
      const of = { ...GOOD, ...quality };
      const options = { ...DEFAULTS, ...thresholds };
      expect({ again: needsFallback(of, options), silence: isSilence(of, options) }).toEqual(expected);
    });
  }
});
