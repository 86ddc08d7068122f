/** Capture through PortAudio, in processes of its own: inputs only, for what an output plays is no input to PortAudio. */
import { type ChildProcess, fork } from "node:child_process";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { workerUrl } from "../../../assets.js";
import { type ErrorCode, MubblesError } from "../../../errors.js";
import type { AudioDevice, CaptureBackend, CaptureStream } from "../backend.js";
import { PacketQueue } from "../packet-queue.js";
import type { ChildMessage, ChildTask } from "./child-protocol.js";
import type { PortAudioInput } from "./inputs.js";

const NAME = "naudiodon";
/** PortAudio tries every device when it lists them. */
const ANSWER_MS = 15_000;

/** `env` is that of the processes: sound libraries read theirs from it. */
export function portAudioBackend(env: NodeJS.ProcessEnv): CaptureBackend {
  return {
    name: NAME,
    devices: () => listDevices(env),
    open: (device) => openDevice(env, device),
  };
}

async function listDevices(env: NodeJS.ProcessEnv): Promise<AudioDevice[]> {
  const child = new CaptureChild(env, { type: "list" });
  try {
    const answer = await child.firstMessage();
    if (answer.type === "devices") return answer.inputs.map(toDevice);
    throw errorOf(answer, "PortAudio", "DEVICE_BACKEND_UNAVAILABLE");
  } finally {
    child.kill();
  }
}

function toDevice({ id, name, channels, sampleRateHz, isDefault }: PortAudioInput): AudioDevice {
  return { id, name, aliases: [], kind: "microphone", isDefault, channels, sampleRateHz, backend: NAME };
}

async function openDevice(env: NodeJS.ProcessEnv, device: AudioDevice): Promise<CaptureStream> {
  const { id, channels, sampleRateHz } = device;
  const queue = new PacketQueue();
  const child = new CaptureChild(env, { type: "record", id, channels, sampleRateHz });
  child.onMessage = (message) => {
    if (message.type === "samples") {
      queue.countDropped(message.droppedFrames / sampleRateHz);
      queue.push({ samples: message.samples, channels, sampleRateHz, arrivedMs: performance.now() });
    } else if (message.type === "failed") {
      queue.end(errorOf(message, device.name, "DEVICE_LOST"));
    }
  };
  const answer = await child.firstMessage();
  if (answer.type !== "opened") {
    child.kill();
    throw errorOf(answer, device.name, "DEVICE_LOST");
  }
  return {
    device: toDevice(answer.input),
    packets: queue,
    get droppedSeconds() {
      return queue.droppedSeconds;
    },
    close: async () => {
      child.kill();
      queue.end();
    },
  };
}

function errorOf(message: ChildMessage, where: string, otherwise: ErrorCode): MubblesError {
  if (message.type === "failed") return new MubblesError(message.code, { where, detail: message.detail });
  return new MubblesError(otherwise, { where, detail: `unexpected answer: ${message.type}` });
}

/** A process, its first answer and what it says after that. Its end, too, is told as a message. */
class CaptureChild {
  onMessage: (message: ChildMessage) => void = () => {};
  readonly #child: ChildProcess;
  readonly #first: Promise<ChildMessage>;

  constructor(env: NodeJS.ProcessEnv, task: ChildTask) {
    this.#child = fork(fileURLToPath(workerUrl("audio/capture/port-audio/capture-child")), [], {
      env,
      // Where it crashes it leaves a crash.log.
      cwd: tmpdir(),
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#first = new Promise((resolve) => {
      const timer = setTimeout(() => resolve(failed(`no answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS);
      const answer = (message: ChildMessage) => {
        clearTimeout(timer);
        resolve(message);
        this.onMessage(message);
      };
      this.#child.on("message", answer);
      this.#child.on("error", (error) => answer(failed(error.message)));
      this.#child.on("exit", (code, signal) => answer(failed(`its process ended (${signal ?? code})`)));
    });
    this.#child.send(task);
  }

  firstMessage(): Promise<ChildMessage> {
    return this.#first;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

function failed(detail: string): ChildMessage {
  return { type: "failed", code: "DEVICE_LOST", detail };
}
