/** What is known of one utterance while it is spoken and until its text is final. */
import type { DecodingOptions } from "../../model/decoding-options.js";
import type { DecodedText } from "./final-text.js";
import type { HeardAudio } from "./heard-audio.js";
import type { TextPolicy } from "./policy/text-policy.js";

export interface Utterance {
  /** Over both channels. */
  readonly number: number;
  readonly startSample: number;
  readonly policy: TextPolicy;
  /** As they were when it began. */
  readonly decoding: DecodingOptions;
  /** Its audio that some hypothesis has heard ends here. */
  heardSample: number;
  /** And where that of the last check ends. */
  checkedSample: number;
  /** That the last hypothesis was decoded in. */
  language: string | undefined;
  /** Text tokens of the last hypothesis. */
  draft: readonly number[];
  /** Text tokens of what is confirmed. */
  confirmed: readonly number[];
  /** Its text that is not confirmed, as it was told last. */
  partial: string;
  /** Text made in advance in a pause; right only if the utterance ends with it. */
  speculation: { readonly endSample: number; readonly decoded: DecodedText | undefined } | undefined;
  /** Once it is complete. */
  closed: HeardAudio | undefined;
}
