/** A server on this machine that speaks OpenAI's chat completions as local ones do, and misbehaves as they do when told to. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ChatMessage } from "../../src/summary/chat-client.js";

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream: boolean;
  readonly max_tokens: number;
}

/** What happens to the request of this number, counted from 0, in place of an answer. */
export type Mischief = (response: ServerResponse, number: number) => boolean;

export class ChatServer {
  readonly requests: ChatRequest[] = [];
  readonly authorizations: (string | undefined)[] = [];
  mischief: Mischief = () => false;
  /** Its text is streamed in small pieces. */
  answer: (request: ChatRequest) => string = () => "## Summary\n- Hello. [0:00]";
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<ChatServer> {
    const server = new ChatServer();
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (request.url !== "/v1/chat/completions") {
      response.writeHead(404).end();
      return;
    }
    const asked = JSON.parse(Buffer.concat(parts).toString("utf8")) as ChatRequest;
    this.requests.push(asked);
    this.authorizations.push(request.headers.authorization);
    if (this.mischief(response, this.requests.length - 1)) return;
    beginStream(response);
    response.write(": a comment, as servers send to keep a connection open\n\n");
    // Two bytes at a time: characters and messages are cut anywhere.
    const bytes = Buffer.from(messagesOf(this.answer(asked)));
    const size = Math.max(7, Math.ceil(bytes.length / 50));
    for (let at = 0; at < bytes.length; at += size) {
      response.write(bytes.subarray(at, at + size));
      await new Promise(setImmediate);
    }
    response.end();
  }
}

export function beginStream(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
}

/** The first message of an answer. */
export function firstMessage(text: string): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta: { role: "assistant", content: text } }] })}\n\n`;
}

function messagesOf(answer: string): string {
  const pieces = answer.match(/\S+\s*|\s+/g) ?? [];
  const last = { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] };
  return `${pieces.map(firstMessage).join("")}data: ${JSON.stringify(last)}\n\ndata: [DONE]\n\n`;
}
