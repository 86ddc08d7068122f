/** What is known of one utterance while it is spoken and until its text is final. */
import type { DecodingOptions } from "../../model/decoding-options.js";
import type { FinalText } from "./final-text.js";
import type { TextPolicy } from "./policy/text-policy.js";

/** Its audio, once that is complete. */
export interface ClosedAudio {
  readonly endSample: number;
  /** [frames × mels], log10 of mel power as LogMel writes it. */
  readonly columns: Float32Array;
}

export interface Utterance {
  /** Over both channels. */
  readonly number: number;
  readonly startSample: number;
  readonly policy: TextPolicy;
  /** As they were when it began. */
  readonly decoding: DecodingOptions;
  /** Its audio that some hypothesis has heard ends here. */
  heardSample: number;
  /** Text tokens of the last hypothesis. */
  draft: readonly number[];
  /** Its text that is not confirmed, as it was told last. */
  partial: string;
  /** Text made in advance in a pause; right only if the utterance ends with it. */
  speculation: { readonly endSample: number; readonly text: FinalText | undefined } | undefined;
  closed: ClosedAudio | undefined;
}
