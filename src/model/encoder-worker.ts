/** The encoder's thread, where it has one: it loads beside the decoder, and for a recording encodes windows while that decodes those before. */
import { setImmediate as yieldToMessages } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { MubblesError } from "../errors.js";
import { collectTrace, traceSpan } from "../tracing.js";
import { type EncodedPart, EncoderSession } from "./audio-encoder.js";
import { discardBuffers } from "./discard.js";
import type { EncoderWorkerData, FromEncoder, ToEncoder } from "./encoder-protocol.js";
import { modelError, runError } from "./model-error.js";

const port = parentPort!;
const waiting: (ToEncoder & { type: "encode" })[] = [];
let isRunning = false;
let isClosing = false;

const { folder, threads, accelerator, isTraced } = workerData as EncoderWorkerData;
const trace = isTraced ? collectTrace() : undefined;
try {
  const encoder = await EncoderSession.load(folder, threads, { accelerator });
  port.on("message", (message: ToEncoder) => {
    if (message.type === "encode") waiting.push(message);
    else isClosing = true;
    if (!isRunning) work(encoder).catch((error) => fail(runError(error)));
  });
  send({ type: "loaded" });
} catch (error) {
  fail(modelError(folder, error));
}

async function work(encoder: EncoderSession): Promise<void> {
  isRunning = true;
  while (!isClosing && waiting.length > 0) {
    const parts: EncodedPart[] = [];
    const { mel, frames: wanted } = waiting.shift()!;
    const began = performance.now();
    for await (const { part, ...frames } of encoder.encode(mel, wanted)) {
      // Tensors do not cross the border, their numbers do.
      const numbers = Object.entries(part).map(([name, { data }]) => [name, { data }] as const);
      parts.push({ ...frames, part: Object.fromEntries(numbers) });
    }
    const arrays = parts.flatMap(({ part }) => Object.values(part).map(({ data }) => data as Uint8Array));
    traceSpan("encoder", "encode", began);
    send({ type: "encoded", parts, trace: trace?.take() ?? [] }, [
      ...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer)),
    ]);
    discardBuffers([mel]);
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

function fail({ code, where, detail }: MubblesError): void {
  send({ type: "failed", code, where, detail });
  port.close();
}
