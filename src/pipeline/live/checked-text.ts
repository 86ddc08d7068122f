/** What the full decoder makes of an utterance that goes on. */
import { hasText, type WindowResult } from "../../model/window.js";
import { SAMPLE_RATE_HZ } from "../../units.js";
import { decodeUtterance, type UtteranceRequest } from "./decode-utterance.js";
import type { CheckedText } from "./policy/text-policy.js";

export interface Check {
  readonly text: CheckedText;
  readonly results: readonly WindowResult[];
}

export async function checkedText(request: UtteranceRequest): Promise<Check> {
  const { startSample, audio, decoding } = request;
  const { temperatures } = decoding;
  // What it says of audio that breaks off is not worth a second attempt.
  const parts = await decodeUtterance({
    ...request,
    decoding: { ...decoding, temperatures: temperatures.slice(0, 1) },
  });
  const words = parts.flatMap(({ window, result }) => {
    const offsetSeconds = (window.startSample - startSample) / SAMPLE_RATE_HZ;
    if (!result.segments.some(hasText)) return [];
    return (result.alignment ?? []).map((word) => ({
      ...word,
      startSeconds: offsetSeconds + word.startSeconds,
      endSeconds: offsetSeconds + word.endSeconds,
    }));
  });
  const audioSeconds = (audio.endSample - startSample) / SAMPLE_RATE_HZ;
  return { text: { words, audioSeconds }, results: parts.map(({ result }) => result) };
}
