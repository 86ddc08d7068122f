/**
 * The process that records through PortAudio: the only file that imports naudiodon. That library prints to standard output from C,
 * catches signals, and takes its process with it when it crashes, so it gets one of its own for each stream.
 */
import { MubblesError } from "../../../errors.js";
import type { ChildMessage, ChildTask } from "./child-protocol.js";
import { inputsOf, type PortAudioInput } from "./inputs.js";

type Naudiodon = typeof import("naudiodon");

/** PortAudio calls back this often; naudiodon keeps so many of these blocks until they are read. */
const BLOCK_MS = 20;
const MAX_BLOCKS = 100;
/** Blocks on their way to mubbles before more are dropped: 4 s. */
const MAX_UNSENT = 200;
const BYTES_PER_SAMPLE = Float32Array.BYTES_PER_ELEMENT;

// PortAudio's threads may hold up an orderly exit.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.once("message", (task: ChildTask) => void run(task));

async function run(task: ChildTask): Promise<void> {
  try {
    const naudiodon = await load();
    if (task.type === "list") tell({ type: "devices", inputs: listInputs(naudiodon) });
    else record(naudiodon, task);
  } catch (thrown) {
    fail(thrown);
  }
}

async function load(): Promise<Naudiodon> {
  try {
    return await import("naudiodon");
  } catch (cause) {
    const detail = `the optional package naudiodon is not installed, or was not built: ${messageOf(cause)}`;
    throw new MubblesError("DEVICE_BACKEND_UNAVAILABLE", { detail, cause });
  }
}

function listInputs(naudiodon: Naudiodon): PortAudioInput[] {
  return inputsOf(naudiodon.getDevices(), naudiodon.getHostAPIs());
}

function record(naudiodon: Naudiodon, { id, channels, sampleRateHz }: ChildTask & { type: "record" }): void {
  const asked = listInputs(naudiodon).find((input) => input.id === id);
  if (asked === undefined) throw new MubblesError("DEVICE_LOST", { detail: "PortAudio does not list it" });
  const framesPerBuffer = Math.round((sampleRateHz * BLOCK_MS) / 1000);
  const blockBytes = framesPerBuffer * channels * BYTES_PER_SAMPLE;
  const stream = naudiodon.AudioIO({
    inOptions: {
      deviceId: asked.index,
      channelCount: channels,
      sampleRate: sampleRateHz,
      sampleFormat: naudiodon.SampleFormatFloat32,
      framesPerBuffer,
      highwaterMark: blockBytes,
      maxQueue: MAX_BLOCKS,
      closeOnError: false,
    },
  });
  // PortAudio reads its list anew when a stream opens, and not again while one is open: this is the list that it opened from.
  const opened = listInputs(naudiodon).find(({ index }) => index === asked.index);
  if (opened?.id !== id) {
    throw new MubblesError("DEVICE_WRONG", { detail: `asked for ${id}, got ${opened?.id ?? "the default"}` });
  }
  stream.on("data", sender(channels));
  stream.on("error", fail);
  stream.on("end", () => fail(new Error("the recording ended")));
  stream.start();
  tell({ type: "opened", input: opened });
}

function sender(channels: number): (bytes: Buffer) => void {
  let unsent = 0;
  let droppedFrames = 0;
  return (bytes) => {
    const samples = new Float32Array(Math.floor(bytes.length / BYTES_PER_SAMPLE));
    new Uint8Array(samples.buffer).set(bytes.subarray(0, samples.byteLength));
    if (unsent >= MAX_UNSENT) {
      droppedFrames += samples.length / channels;
      return;
    }
    unsent++;
    tell({ type: "samples", samples, droppedFrames }, () => unsent--);
    droppedFrames = 0;
  };
}

function fail(thrown: unknown): void {
  const code = thrown instanceof MubblesError ? thrown.code : "DEVICE_LOST";
  const detail = thrown instanceof MubblesError ? thrown.detail : undefined;
  tell({ type: "failed", code, detail: detail ?? messageOf(thrown) });
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function tell(message: ChildMessage, onSent: () => void = () => {}): void {
  process.send?.(message, onSent);
}
