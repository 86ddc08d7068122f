import { describe, expect, test } from "vitest";
import { type Attempt, WindowDecoder } from "../../../src/model/decoding/window-decoder.js";
import { DEFAULT_DECODING_OPTIONS } from "../../../src/model/decoding-options.js";
import type { WindowRequest } from "../../../src/model/window.js";
import { embeddedTokenizer } from "../embedded-tokenizer.js";

const { config, tokenizer } = embeddedTokenizer();
const TEXT = [400, 401];

describe("the text that is to be aligned", () => {
  const whole = [at(0), ...TEXT, at(8)];
  const withRest = [at(0), ...TEXT, at(6), at(6)];

  check("all of it", whole, { wantWords: true }, TEXT);
  check("none of it", withRest, {}, []);
  check("before a rest: there is none", whole, { wantWords: "before a rest" }, []);
  check("before a rest", withRest, { wantWords: "before a rest" }, TEXT);

  function check(name: string, tokens: number[], request: Partial<WindowRequest>, wanted: readonly number[]) {
    test(name, () => expect(decoderOf(request).textTokens(attemptOf(tokens))).toEqual(wanted));
  }
});

function at(seconds: number): number {
  return tokenizer.firstTimestampToken + seconds / 0.02;
}

function decoderOf(request: Partial<WindowRequest>): WindowDecoder {
  const language = { language: "en", probability: 1 };
  const nine = { recording: 0, mel: new Float32Array(), windowSeconds: 9, options: DEFAULT_DECODING_OPTIONS };
  return new WindowDecoder({ ...nine, ...request }, language, tokenizer, config.maxTextPositions);
}

function attemptOf(tokens: readonly number[]): Attempt {
  return {
    tokens,
    text: "text",
    temperature: 0,
    avgLogprob: -0.2,
    noSpeechProb: 0,
    compressionRatio: 1,
    judgedRatio: 1,
    logprobs: undefined,
    cut: undefined,
  };
}
