/** Messages between the engine and its worker. */
import type { ErrorCode } from "../errors.js";
import type { TraceEvent } from "../tracing.js";
import type { Accelerator } from "./compute-device.js";
import type { PartialRequest, PartialResult } from "./live-window.js";
import type { AlignedWord } from "./timing/aligned-word.js";
import type { UnalignedWords } from "./timing/unaligned-words.js";
import type { AlignmentRequest, LanguageResult, WindowRequest, WindowResult } from "./window.js";

export interface EngineWorkerData {
  readonly folder: string;
  readonly threads: number;
  readonly maxWindows: number;
  readonly encodesAhead: boolean;
  /** Whether memory counts more than the load (start-encoder.ts). */
  readonly isLean: boolean;
  readonly accelerator: Accelerator | undefined;
  /** Tells what takes how long. */
  readonly isTraced: boolean;
}

/** What the engine can be asked for, and what it answers to each. */
export interface Answers {
  readonly window: WindowResult;
  readonly align: readonly AlignedWord[];
  readonly language: LanguageResult;
  /** undefined: nobody wants it any more. */
  readonly partial: PartialResult | undefined;
}

export type Question =
  | { readonly type: "window"; readonly request: WindowRequest }
  | { readonly type: "align"; readonly request: AlignmentRequest }
  | { readonly type: "language"; readonly request: { readonly mel: Float32Array } }
  | { readonly type: "partial"; readonly request: PartialRequest };

export type ToWorker =
  | (Question & { readonly id: number })
  /** A partial is not wanted any more. */
  | { readonly type: "cancel"; readonly id: number }
  | { readonly type: "forget"; readonly recording: number }
  /** Whether more windows are to come, beyond those that others leave a rest of. */
  | { readonly type: "expect"; readonly areMore: boolean }
  | { readonly type: "close" };

export type FromWorker =
  | { readonly type: "loaded" }
  | {
      readonly type: "result";
      readonly id: number;
      readonly result: Answers[keyof Answers];
      /** Of a window, where its words are left to who gets this. */
      readonly words?: UnalignedWords | undefined;
    }
  | { readonly type: "trace"; readonly events: readonly TraceEvent[] }
  | {
      readonly type: "failed";
      readonly code: ErrorCode;
      readonly where: string | undefined;
      readonly detail: string | undefined;
    };
