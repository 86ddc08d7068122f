/** The main thread's end of decoding with node-av. */
import { Worker } from "node:worker_threads";
import { workerUrl } from "../assets.js";
import { asMubblesError, type MubblesError } from "../errors.js";
import { toMubblesError } from "./decode-failure.js";
import { type ChannelChoice, type MediaInfo, type MediaSource, requireChannel } from "./media-source.js";
import { type DecodeMessage, type DecodeRequest, DecodeState, PULL, STOP } from "./node-av-protocol.js";

/** Chunks asked for ahead of time, so that the thread decodes while the main thread works: two seconds of audio. */
const READ_AHEAD_CHUNKS = 4;

/** A step of decoding takes milliseconds; a disk that hangs must not keep the process. */
const MAX_EXIT_WAIT_MS = 2000;

interface NodeAvOptions {
  readonly where: string;
  readonly channel: ChannelChoice;
  readonly signal: AbortSignal;
}

/** Undefined where node-av cannot be loaded. Throws MubblesError for a file that cannot be opened. */
export async function openWithNodeAv(path: string, options: NodeAvOptions): Promise<MediaSource | undefined> {
  const { where, channel, signal } = options;
  const mailbox = new Mailbox(path, channel);
  const abort = () => void mailbox.close(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    const first = await mailbox.next();
    if (first.type === "opened") {
      requireChannel(channel, first.info.channels, where);
      return new NodeAvSource(mailbox, first.info, where);
    }
    await mailbox.close();
    if (first.type === "failed") throw toMubblesError(first.failure, where);
    return undefined;
  } catch (thrown) {
    await mailbox.close();
    throw thrown;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

class NodeAvSource implements MediaSource {
  readonly info: MediaInfo;
  readonly problems: MubblesError[] = [];
  readonly #mailbox: Mailbox;
  readonly #where: string;
  #ended = false;

  constructor(mailbox: Mailbox, info: MediaInfo, where: string) {
    this.info = info;
    this.#mailbox = mailbox;
    this.#where = where;
    for (let i = 0; i < READ_AHEAD_CHUNKS; i++) mailbox.pull();
  }

  async next(): Promise<Float32Array | undefined> {
    if (this.#ended) return undefined;
    const message = await this.#mailbox.next();
    if (message.type === "chunk") {
      this.#mailbox.pull();
      return message.samples;
    }
    this.#ended = true;
    if (message.type === "failed") throw toMubblesError(message.failure, this.#where);
    if (message.type === "end") {
      this.problems.push(...message.problems.map((failure) => toMubblesError(failure, this.#where)));
    }
    return undefined;
  }

  close(): Promise<void> {
    return this.#mailbox.close();
  }
}

/** The thread's messages, to be waited for one at a time. */
class Mailbox {
  readonly #worker: Worker;
  readonly #state = new DecodeState();
  readonly #exit: Promise<void>;
  readonly #messages: DecodeMessage[] = [];
  #waiting: { resolve: (message: DecodeMessage) => void; reject: (error: unknown) => void } | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(path: string, channel: ChannelChoice) {
    const workerData: DecodeRequest = { path, channel, state: this.#state.buffer };
    // Without execArgv it inherits Node's own options, some of which (--input-type) no worker can have.
    this.#worker = new Worker(workerUrl("audio/node-av-worker"), { workerData, execArgv: [] });
    this.#worker.on("message", (message: DecodeMessage) => {
      if (this.#waiting === undefined) this.#messages.push(message);
      else this.#settle()?.resolve(message);
    });
    this.#worker.on("error", (thrown) => this.#fail(asMubblesError(thrown)));
    // process.exit() terminates threads wherever they are.
    const leave = () => {
      this.#state.requestStop();
      this.#state.waitUntilIdle(MAX_EXIT_WAIT_MS);
    };
    process.once("exit", leave);
    this.#exit = new Promise((resolve) => {
      this.#worker.once("exit", (code) => {
        process.off("exit", leave);
        this.#fail(asMubblesError(new Error(`decoding thread ended (${code})`)));
        resolve();
      });
    });
  }

  pull(): void {
    this.#worker.postMessage(PULL);
  }

  next(): Promise<DecodeMessage> {
    const message = this.#messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Ends the thread; who waits for a message gets `reason` as error. */
  async close(reason: unknown = new Error("closed")): Promise<void> {
    this.#fail(reason);
    this.#state.requestStop();
    this.#worker.postMessage(STOP);
    await this.#exit;
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#settle()?.reject(this.#failure.error);
  }

  #settle() {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
