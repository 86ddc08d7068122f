/** Messages between the engine and its worker. */
import type { ErrorCode } from "../errors.js";
import type { WindowRequest, WindowResult } from "./window.js";

export interface EngineWorkerData {
  readonly folder: string;
  readonly threads: number;
  readonly maxWindows: number;
}

export type ToWorker =
  | { readonly type: "window"; readonly id: number; readonly request: WindowRequest }
  | { readonly type: "forget"; readonly recording: number }
  | { readonly type: "close" };

export type FromWorker =
  | {
      readonly type: "loaded";
      readonly nMels: 80 | 128;
      readonly isMultilingual: boolean;
      readonly loadSeconds: number;
    }
  | { readonly type: "result"; readonly id: number; readonly result: WindowResult }
  | {
      readonly type: "failed";
      readonly code: ErrorCode;
      readonly where: string | undefined;
      readonly detail: string | undefined;
    };
