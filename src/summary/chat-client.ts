/** A language model behind the protocol of OpenAI's chat completions, which nearly every local server speaks too; answers are streamed. */
import { createParser } from "eventsource-parser";
import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici";
import { MubblesError } from "../errors.js";
import { Again, mayPass, type RetryRules, retryAfterMs, retrying } from "../model/hub/retry.js";
import { isLocalEndpoint } from "./endpoint.js";

export interface ChatMessage {
  readonly role: "system" | "user";
  readonly content: string;
}

export interface ChatOptions {
  /** Base address, as servers name it: it ends in /v1. */
  readonly endpoint: string;
  readonly model: string;
  readonly key: string | undefined;
  /** The longest silence; before its first word a model reads the whole prompt. */
  readonly maxSilenceMs: number;
  readonly rules?: RetryRules;
}

export interface ChatQuestion {
  readonly messages: readonly ChatMessage[];
  readonly maxTokens: number;
}

const CONNECT_MS = 10_000;
const RULES: RetryRules = { attempts: 4, firstWaitMs: 500, longestWaitMs: 60_000 };
/** Low, because minutes are no place for ideas. */
const TEMPERATURE = 0.2;
const MAX_COMPLAINT_CHARACTERS = 300;
const DONE = "[DONE]";

export class ChatClient {
  readonly #options: ChatOptions;
  readonly #dispatcher: Dispatcher;
  readonly #url: URL;
  /** How many answers ended because they were as long as they may be. */
  cutAnswers = 0;

  constructor(options: ChatOptions) {
    this.#options = options;
    this.#url = new URL(`${options.endpoint.replace(/\/+$/, "")}/chat/completions`);
    const { maxSilenceMs } = options;
    const timeouts = {
      connect: { timeout: CONNECT_MS },
      headersTimeout: maxSilenceMs,
      bodyTimeout: maxSilenceMs,
    };
    // What stays on this machine needs no proxy, and must not go to one.
    this.#dispatcher = isLocalEndpoint(options.endpoint)
      ? new Agent(timeouts)
      : new EnvHttpProxyAgent(timeouts);
  }

  /** The answer as it comes. Tried again until its first piece is there. LLM_UNREACHABLE, LLM_FAILED. */
  async *stream(question: ChatQuestion, signal: AbortSignal): AsyncGenerator<string> {
    const { first, rest } = await this.#retrying(signal, async () => {
      const pieces = await this.#ask(question, signal);
      if (pieces instanceof Again) return pieces;
      const first = await pieces.next();
      if (first.done === true) return new Again("an empty answer", { code: "LLM_FAILED" });
      return { first: first.value, rest: pieces };
    });
    yield first;
    try {
      yield* rest;
    } catch (thrown) {
      signal.throwIfAborted();
      throw this.#failed(reasonOf(thrown), thrown);
    }
  }

  /** The whole answer; one that breaks off is asked for again. LLM_UNREACHABLE, LLM_FAILED. */
  async complete(question: ChatQuestion, signal: AbortSignal): Promise<string> {
    return await this.#retrying(signal, async () => {
      const pieces = await this.#ask(question, signal);
      if (pieces instanceof Again) return pieces;
      let text = "";
      for await (const piece of pieces) text += piece;
      return text === "" ? new Again("an empty answer", { code: "LLM_FAILED" }) : text;
    });
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  #retrying<T>(signal: AbortSignal, attempt: () => Promise<T | Again>): Promise<T> {
    const { rules = RULES, endpoint } = this.#options;
    return retrying(endpoint, { rules, signal }, async () => {
      try {
        return await attempt();
      } catch (thrown) {
        signal.throwIfAborted();
        if (thrown instanceof MubblesError) throw thrown;
        return new Again(reasonOf(thrown), { code: "LLM_FAILED", cause: thrown });
      }
    });
  }

  async #ask({ messages, maxTokens }: ChatQuestion, signal: AbortSignal) {
    const { model, key } = this.#options;
    let response: Dispatcher.ResponseData;
    try {
      response = await this.#dispatcher.request({
        origin: this.#url.origin,
        path: `${this.#url.pathname}${this.#url.search}`,
        method: "POST",
        signal,
        headers: {
          "content-type": "application/json",
          accept: "text/event-stream",
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
        body: JSON.stringify({
          model,
          messages,
          stream: true,
          temperature: TEMPERATURE,
          max_tokens: maxTokens,
        }),
      });
    } catch (thrown) {
      signal.throwIfAborted();
      return new Again(reasonOf(thrown), { code: "LLM_UNREACHABLE", cause: thrown });
    }
    const { statusCode: status, headers, body } = response;
    if (status === 200) return this.#pieces(response);
    const said = await body.text().catch(() => "");
    const reason = `HTTP ${status}${complaintOf(said)}`;
    if (!mayPass(status)) throw this.#failed(reason);
    const waitMs = retryAfterMs(String(headers["retry-after"] ?? "") || undefined, Date.now());
    return new Again(reason, { code: "LLM_FAILED", waitMs });
  }

  /** Never an empty one. Throws where the answer breaks off. */
  async *#pieces({ headers, body }: Dispatcher.ResponseData): AsyncGenerator<string> {
    // Servers that cannot stream send the answer as one piece.
    if (!String(headers["content-type"]).includes("event-stream")) {
      yield* this.#textsOf(await body.text());
      return;
    }
    const waiting: string[] = [];
    const parser = createParser({ onEvent: ({ data }) => void waiting.push(data) });
    const decoder = new TextDecoder();
    let isComplete = false;
    for await (const bytes of body) {
      parser.feed(decoder.decode(bytes, { stream: true }));
      for (const data of waiting.splice(0)) {
        if (data === DONE) return;
        isComplete = (yield* this.#textsOf(data)) || isComplete;
      }
    }
    if (!isComplete) throw new Error("the answer broke off");
  }

  /** Of one message, whose `delta` is a piece; returns whether it is the last. */
  *#textsOf(json: string): Generator<string, boolean> {
    const { choices, error } = JSON.parse(json) as ChatChunk;
    if (error !== undefined) throw new Error(typeof error === "string" ? error : error.message);
    const [choice] = choices ?? [];
    const text = choice?.delta?.content ?? choice?.message?.content ?? "";
    if (text !== "") yield text;
    if (choice?.finish_reason === "length") this.cutAnswers++;
    return typeof choice?.finish_reason === "string";
  }

  #failed(detail: string, cause?: unknown): MubblesError {
    return new MubblesError("LLM_FAILED", { where: this.#options.endpoint, detail, cause });
  }
}

/** Of what servers send, what is read. */
interface ChatChunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null };
    readonly message?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly error?: string | { readonly message: string };
}

function complaintOf(body: string): string {
  let text = body;
  try {
    const { error } = JSON.parse(body) as ChatChunk;
    text = (typeof error === "string" ? error : error?.message) ?? body;
  } catch {
    // It is said as it came.
  }
  return text.trim() === "" ? "" : `: ${text.trim().slice(0, MAX_COMPLAINT_CHARACTERS)}`;
}

function reasonOf(thrown: unknown): string {
  // Several addresses of one host fail together.
  const cause = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  return cause instanceof Error ? cause.message : String(cause);
}
