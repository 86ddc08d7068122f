/** Capture through a library that is kept in processes of its own: one for each list and each stream, gone when they are done with. */
import { type ChildProcess, fork } from "node:child_process";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { workerUrl } from "../../../assets.js";
import { MubblesError } from "../../../errors.js";
import type { AudioDevice, CaptureBackend, CaptureStream } from "../backend.js";
import { PacketQueue } from "../packet-queue.js";
import type { ChildMessage, ChildTask } from "./child-protocol.js";

/** Some libraries try every device when they list them. */
const ANSWER_MS = 15_000;

export interface ChildBackendOptions {
  readonly name: string;
  /** What the processes run, by its path below src without ending. */
  readonly file: string;
  /** That of the processes: sound libraries read theirs from it. */
  readonly env: NodeJS.ProcessEnv;
}

export function childBackend(options: ChildBackendOptions): CaptureBackend {
  return {
    name: options.name,
    devices: () => listDevices(options),
    open: (device) => openDevice(options, device),
  };
}

async function listDevices(options: ChildBackendOptions): Promise<AudioDevice[]> {
  const { name } = options;
  const child = new CaptureChild(options, { type: "list" });
  try {
    const answer = await child.firstMessage();
    if (answer.type === "devices") return answer.devices.map((device) => ({ ...device, backend: name }));
    const { detail } = errorOf(answer, name);
    throw new MubblesError("DEVICE_BACKEND_UNAVAILABLE", { where: name, detail });
  } finally {
    child.kill();
  }
}

async function openDevice(options: ChildBackendOptions, device: AudioDevice): Promise<CaptureStream> {
  const { channels, sampleRateHz } = device;
  const queue = new PacketQueue();
  const child = new CaptureChild(options, { type: "record", device });
  child.onMessage = (message) => {
    if (message.type === "samples") {
      queue.countDropped(message.droppedFrames / sampleRateHz);
      queue.push({ samples: message.samples, channels, sampleRateHz, arrivedMs: performance.now() });
    } else if (message.type === "failed") {
      queue.end(errorOf(message, device.name));
    }
  };
  const answer = await child.firstMessage();
  if (answer.type !== "opened") {
    child.kill();
    throw errorOf(answer, device.name);
  }
  return {
    device: { ...answer.device, channels, sampleRateHz, backend: options.name },
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

function errorOf(message: ChildMessage, where: string): MubblesError {
  if (message.type === "failed") return new MubblesError(message.code, { where, detail: message.detail });
  return new MubblesError("DEVICE_LOST", { where, detail: `unexpected answer: ${message.type}` });
}

/** A process, its first answer and what it says from then on. Its end is told as a message, too. */
class CaptureChild {
  onMessage: (message: ChildMessage) => void = () => {};
  readonly #child: ChildProcess;
  readonly #first: Promise<ChildMessage>;

  constructor({ file, env }: ChildBackendOptions, task: ChildTask) {
    this.#child = fork(fileURLToPath(workerUrl(file)), [], {
      env,
      // What crashes may leave a file where it ran.
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
    // A child that could not even start says so by its end.
    this.#child.send(task, () => {});
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
