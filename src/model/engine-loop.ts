/** What the engine does in a thread or process of its own: onnxruntime's run() holds it, and the interface must never wait for that. */
import { setImmediate as yieldToMessages } from "node:timers/promises";
import { traceCounter, traceSpan } from "../tracing.js";
import { FRAMES_PER_TOKEN, WINDOW_FRAMES } from "../units.js";
import { BatchDecoder } from "./decoding/batch-decoder.js";
import { PartialDecoder } from "./decoding/partial-decoder.js";
import type { Answers, FromWorker } from "./engine-protocol.js";
import { EngineQueue, type Waiting } from "./engine-queue.js";
import { began, port, sendFailure, startedEncoder, trace } from "./engine-start.js";
import { alignedWords, type UnalignedWords } from "./timing/unaligned-words.js";
import { WhisperTokenizer } from "./tokenizer.js";
import { WhisperRuntime } from "./whisper-runtime.js";
import type { WindowResult } from "./window.js";

const send = (message: FromWorker, moved?: readonly ArrayBuffer[]) => port.send(message, moved);
const queue = new EngineQueue();
/** Thrown out of the work under way when the engine is closed. */
class Closing extends Error {}

/** Steps that take 0.2 s less with two threads than with one. The decoder has them after half of that. */
const MIN_STEPS_LEFT = 40;

interface Loaded {
  readonly runtime: WhisperRuntime;
  readonly batch: BatchDecoder;
  readonly partials: PartialDecoder;
}

/** Ends the partial under way. */
let partialUnderWay: { readonly id: number; readonly controller: AbortController } | undefined;
/** Whether windows are to come that have to be encoded. */
let areMore = true;
let isRunning = false;
let isClosing = false;
let loaded: Loaded | undefined;

const { folder, maxWindows, encodesAhead, accelerator } = port.data;
/** When there was nothing to do any more; undefined while there is. */
let idleSince: number | undefined;

port.listen((message) => {
  if (message.type === "close") isClosing = true;
  else if (message.type === "forget") loaded?.batch.forget(message.recording);
  else if (message.type === "cancel") cancel(message.id);
  else if (message.type === "expect") areMore = message.areMore;
  else {
    // The encoder may be there before the decoder is.
    startedEncoder.ahead?.begin(
      message.request.mel,
      message.type === "partial" ? undefined : WINDOW_FRAMES / FRAMES_PER_TOKEN,
    );
    queue.add(message);
  }
  wake();
});

/** From when on a failure has to release it. */
let runtime: WhisperRuntime | undefined;
try {
  runtime = await WhisperRuntime.loadBeside(startedEncoder, folder, { accelerator });
  const tokenizer = new WhisperTokenizer(runtime.textTokens, runtime.config);
  const batch = new BatchDecoder(runtime, tokenizer, maxWindows, breathe);
  const partials = new PartialDecoder(runtime, tokenizer, breathe);
  traceSpan("engine", "load", began);
  idleSince = performance.now();
  send({ type: "loaded" });
  // What came meanwhile goes to the encoder first.
  await yieldToMessages();
  loaded = { runtime, batch, partials };
  if (!queue.isEmpty || isClosing) wake();
} catch (error) {
  fail(error, runtime);
}

/** Does what waits, once the model is there. */
function wake(): void {
  if (loaded === undefined || isRunning) return;
  const { runtime } = loaded;
  work(loaded).catch((error) => (error instanceof Closing ? close(runtime) : fail(error, runtime)));
}

/** Windows join as soon as there is room; between two steps messages are read. */
async function work({ runtime, batch, partials }: Loaded): Promise<void> {
  isRunning = true;
  if (idleSince !== undefined) traceSpan("engine", "idle", idleSince);
  idleSince = undefined;
  for (;;) {
    await shareThreads(runtime, batch);
    if (isClosing || (queue.isEmpty && batch.isIdle)) break;
    const isStepping = !batch.isIdle;
    const next = queue.take(isStepping, (question) => canBegin(question, batch, runtime));
    const began = performance.now();
    if (next === undefined) await batch.step();
    else await begin(next, batch, partials);
    traceSpan("engine", next?.type ?? "step", began);
    traceCounter("engine", "questions waiting", queue.length);
    queue.spent(performance.now() - began, next?.type === "partial" ? "partial" : "final", isStepping);
    await breathe();
  }
  isRunning = false;
  idleSince = performance.now();
  trace?.flush();
  if (isClosing) await close(runtime);
}

/** Where nothing is left to encode the decoder gets the encoder's threads, if what is left to decode takes longer than that. */
async function shareThreads(runtime: WhisperRuntime, batch: BatchDecoder): Promise<void> {
  const { canShareThreads, encodingCount, hasAllThreads } = runtime;
  if (!canShareThreads) return;
  // The last window is encoded while the decoder has nothing to do: then it costs no time.
  const isWorthwhile = batch.isIdle
    ? encodingCount === 1
    : encodingCount === 0 && batch.stepsLeft >= MIN_STEPS_LEFT;
  const wantsAll = !areMore && (hasAllThreads || isWorthwhile);
  if (wantsAll === hasAllThreads) return;
  const began = performance.now();
  await runtime.shareThreads(wantsAll);
  traceSpan("engine", "threads", began);
}

function canBegin(question: Waiting, batch: BatchDecoder, runtime: WhisperRuntime): boolean {
  if (!batch.isIdle && runtime.isEncoding(question.request.mel)) return false;
  return question.type === "window" ? batch.canAdmit(question.request) : batch.hasRoom;
}

async function begin(question: Waiting, batch: BatchDecoder, partials: PartialDecoder): Promise<void> {
  const answer = (result: Answers[keyof Answers]) => send({ type: "result", id: question.id, result });
  if (question.type === "window")
    await batch.admit(question.request, (result, words) => answerWindow(question.id, result, words));
  else if (question.type === "align") answer(await batch.align(question.request));
  else if (question.type === "language") answer(await batch.detectLanguage(question.request.mel));
  else {
    const { request, id } = question;
    partialUnderWay = { id, controller: new AbortController() };
    const { signal } = partialUnderWay.controller;
    answer(await partials.decode(request, batch.settledLanguage(request.recording), signal));
    partialUnderWay = undefined;
  }
}

/**
 * Where windows are many, times of words are left to the main thread: finding them is a twentieth of this thread's work. Where they are
 * few the main thread has an interface to draw, and this one the time.
 */
function answerWindow(id: number, result: WindowResult, words: UnalignedWords | undefined): void {
  if (words === undefined) send({ type: "result", id, result });
  else if (encodesAhead)
    send({ type: "result", id, result, words }, [words.input.attention.scores.buffer as ArrayBuffer]);
  else send({ type: "result", id, result: { ...result, alignment: alignedWords(words) } });
}

function cancel(id: number): void {
  if (partialUnderWay?.id === id) partialUnderWay.controller.abort();
  else queue.cancel(id);
}

/** Between two steps: lets messages in, and stops where nobody wants the result any more. */
async function breathe(): Promise<void> {
  await yieldToMessages();
  if (isClosing) throw new Closing();
}

async function close(runtime: WhisperRuntime): Promise<void> {
  await runtime.release();
  trace?.flush();
  port.close();
}

/** The encoder's thread would keep this one alive. */
async function fail(error: unknown, runtime?: WhisperRuntime): Promise<void> {
  sendFailure(error);
  await runtime?.release().catch(() => {});
  port.close();
}
