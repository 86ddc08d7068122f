import { expect, test } from "vitest";
import { attentionLead } from "../../../src/pipeline/words/attention-lead.js";

test.each([
  ["base", 6, true, 0.28],
  ["tiny.en", 4, false, -0.5],
  ["base.en, not measured", 6, false, 0],
  ["small, not measured", 12, true, 0],
])("%s", (_, decoderLayers, isMultilingual, lead) => {
  expect(attentionLead({ decoderLayers, isMultilingual })).toBe(lead);
});
