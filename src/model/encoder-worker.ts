/** The thread that encodes windows while the engine's decodes those before: each is one core's work that waits for nobody. */
import { setImmediate as yieldToMessages } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { EncoderSession } from "./audio-encoder.js";
import type { EncoderWorkerData, FromEncoder, ToEncoder } from "./encoder-protocol.js";
import { modelError } from "./model-error.js";

const port = parentPort!;
const waiting: Float32Array[] = [];
let isRunning = false;
let isClosing = false;

const { folder, threads } = workerData as EncoderWorkerData;
try {
  const encoder = await EncoderSession.load(folder, threads);
  port.on("message", (message: ToEncoder) => {
    if (message.type === "encode") waiting.push(message.mel);
    else isClosing = true;
    if (!isRunning) work(encoder).catch(fail);
  });
  send({ type: "loaded" });
} catch (error) {
  fail(error);
}

async function work(encoder: EncoderSession): Promise<void> {
  isRunning = true;
  while (!isClosing && waiting.length > 0) {
    const hidden = await encoder.hidden(waiting.shift()!);
    send({ type: "hidden", hidden }, [hidden.buffer as ArrayBuffer]);
    await yieldToMessages();
  }
  isRunning = false;
  if (!isClosing) return;
  await encoder.release();
  port.close();
}

function send(message: FromEncoder, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

function fail(error: unknown): void {
  const { code, where, detail } = modelError(folder, error);
  send({ type: "failed", code, where, detail });
  port.close();
}
