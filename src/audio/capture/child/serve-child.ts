/** The inside of a process that records: one task, answers, and the end when mubbles ends. */
import { MubblesError } from "../../../errors.js";
import type { ChildDevice, ChildMessage, ChildTask } from "./child-protocol.js";

/** Packets on their way to mubbles before more are dropped: 4 s of 20 ms each. */
const MAX_UNSENT = 200;
const BYTES_PER_SAMPLE = Float32Array.BYTES_PER_ELEMENT;

/** A sound library as a child serves it. Both may throw MubblesError; anything else that is thrown is a device lost. */
export interface ChildRecorder {
  list(): readonly ChildDevice[];
  /** Starts to record; what comes goes to the sink. Returns the device that was really opened. */
  record(device: ChildDevice, sink: SampleSink): ChildDevice | Promise<ChildDevice>;
}

export interface SampleSink {
  /** Interleaved 32-bit floats in the machine's order. */
  samples(bytes: Uint8Array): void;
  lost(reason: string): void;
}

/** `load` gets the library: where that fails, the backend is not available here. */
export function serveChild(load: () => Promise<ChildRecorder>): void {
  // Threads of a sound library may hold up an orderly exit.
  process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.once("message", (task: ChildTask) => void run(load, task));
}

async function run(load: () => Promise<ChildRecorder>, task: ChildTask): Promise<void> {
  try {
    const recorder = await loadOrSay(load);
    if (task.type === "list") tell({ type: "devices", devices: recorder.list() });
    else tell({ type: "opened", device: await recorder.record(task.device, sinkOf(task.device)) });
  } catch (thrown) {
    const code = thrown instanceof MubblesError ? thrown.code : "DEVICE_LOST";
    const detail = thrown instanceof MubblesError ? thrown.detail : undefined;
    tell({ type: "failed", code, detail: detail ?? messageOf(thrown) });
  }
}

async function loadOrSay(load: () => Promise<ChildRecorder>): Promise<ChildRecorder> {
  try {
    return await load();
  } catch (cause) {
    const detail = `an optional package is not installed, or was not built: ${messageOf(cause)}`;
    throw new MubblesError("DEVICE_BACKEND_UNAVAILABLE", { detail, cause });
  }
}

function sinkOf({ channels }: ChildDevice): SampleSink {
  let unsent = 0;
  let droppedFrames = 0;
  return {
    samples(bytes) {
      // A copy: where the bytes lie need not be a multiple of four.
      const samples = new Float32Array(Math.floor(bytes.length / BYTES_PER_SAMPLE));
      new Uint8Array(samples.buffer).set(bytes.subarray(0, samples.byteLength));
      if (unsent >= MAX_UNSENT) {
        droppedFrames += samples.length / channels;
        return;
      }
      unsent++;
      tell({ type: "samples", samples, droppedFrames }, () => unsent--);
      droppedFrames = 0;
    },
    lost: (detail) => tell({ type: "failed", code: "DEVICE_LOST", detail }),
  };
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message.split("\n", 1).join() : String(thrown);
}

function tell(message: ChildMessage, onSent: () => void = () => {}): void {
  process.send?.(message, onSent);
}
