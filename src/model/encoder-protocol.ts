/** Messages between a runtime and the thread that encodes for it. */
import type { ErrorCode } from "../errors.js";
import type { TraceEvent } from "../tracing.js";
import type { EncodedPart } from "./audio-encoder.js";
import type { Provider } from "./compute-device.js";

export interface EncoderWorkerData {
  readonly folder: string;
  readonly threads: number;
  readonly accelerator: Provider | undefined;
  readonly isTraced: boolean;
}

export type ToEncoder =
  /** As audio-encoder.ts has it; answered in the order asked. */
  | { readonly type: "encode"; readonly mel: Float32Array; readonly frames: number | undefined }
  | { readonly type: "close" };

export type FromEncoder =
  | { readonly type: "loaded" }
  | {
      readonly type: "encoded";
      readonly parts: readonly EncodedPart[];
      /** What took how long since the last one. */
      readonly trace: readonly TraceEvent[];
    }
  | {
      readonly type: "failed";
      readonly code: ErrorCode;
      readonly where: string | undefined;
      readonly detail: string | undefined;
    };
