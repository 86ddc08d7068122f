import { LocalAgreement } from "./local-agreement.js";
import type { PolicyName, TextPolicy } from "./text-policy.js";

/** For one utterance. */
export function createTextPolicy(name: PolicyName): TextPolicy {
  if (name === "off") return { hear: ({ words }) => ({ newlyConfirmed: [], partial: words }) };
  return new LocalAgreement();
}
