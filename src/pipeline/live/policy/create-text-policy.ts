import { AlignAtt } from "./align-att.js";
import { LocalAgreement } from "./local-agreement.js";
import { spokenWords } from "./spoken-words.js";
import type { PolicyName, TextPolicy } from "./text-policy.js";

/** For one utterance. */
export function createTextPolicy(name: PolicyName): TextPolicy {
  if (name === "off") return { hear: ({ words }) => ({ newlyConfirmed: [], partial: spokenWords(words) }) };
  return name === "alignatt" ? new AlignAtt() : new LocalAgreement();
}
