/** What mubbles and a process that records tell each other. */
import type { ErrorCode } from "../../../errors.js";
import type { AudioDevice } from "../backend.js";

/** The only message to a child: what it is there for. */
export type ChildTask = ListTask | RecordTask;

export interface ListTask {
  readonly type: "list";
}

export interface RecordTask {
  readonly type: "record";
  readonly device: AudioDevice;
}

/** A device as its child knows it; which backend that is, is known outside. */
export type ChildDevice = Omit<AudioDevice, "backend">;

export type ChildMessage =
  | { readonly type: "devices"; readonly devices: readonly ChildDevice[] }
  /** Recording begins, from the device that was really opened. */
  | { readonly type: "opened"; readonly device: ChildDevice }
  | {
      readonly type: "samples";
      /** Interleaved, full scale ±1. */
      readonly samples: Float32Array;
      /** Lost before these, because mubbles did not take what there was. */
      readonly droppedFrames: number;
    }
  | { readonly type: "failed"; readonly code: ErrorCode; readonly detail: string };
