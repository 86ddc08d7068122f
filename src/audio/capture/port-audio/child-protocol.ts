/** What the process that records through PortAudio and mubbles tell each other. */
import type { ErrorCode } from "../../../errors.js";
import type { PortAudioInput } from "./inputs.js";

/** The only message to a child: what it is there for. */
export type ChildTask =
  | { readonly type: "list" }
  | {
      readonly type: "record";
      readonly id: string;
      readonly channels: number;
      readonly sampleRateHz: number;
    };

export type ChildMessage =
  | { readonly type: "devices"; readonly inputs: readonly PortAudioInput[] }
  /** Recording begins, from the input that PortAudio says it has opened. */
  | { readonly type: "opened"; readonly input: PortAudioInput }
  | {
      readonly type: "samples";
      /** Interleaved, full scale ±1. */
      readonly samples: Float32Array;
      /** Lost before these, because mubbles did not take what there was. */
      readonly droppedFrames: number;
    }
  | { readonly type: "failed"; readonly code: ErrorCode; readonly detail: string };
