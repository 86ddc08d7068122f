/** A mirror of the hub on 127.0.0.1 that serves a folder laid out as the hub has it, and misbehaves where it is told to. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** Answers a request of a file in place of the mirror; false: the mirror does it after all. */
export type Mischief = (
  request: IncomingMessage,
  response: ServerResponse,
  file: { readonly path: string; readonly bytes: number },
) => boolean | Promise<boolean>;

interface MirrorOptions {
  /** Holds OWNER/NAME folders. */
  readonly root: string;
  /** No list of files, only the files. */
  readonly hasNoApi?: boolean;
  readonly bytesPerSecond?: number;
}

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

export class Mirror {
  /** METHOD and path of each request, in order. */
  readonly requests: string[] = [];
  /** Bytes of files that were sent. */
  sentBytes = 0;
  mischief: Mischief | undefined;
  readonly #server: Server;
  readonly #options: MirrorOptions;
  readonly #hashes = new Map<string, string>();

  private constructor(options: MirrorOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(options: MirrorOptions): Promise<Mirror> {
    const mirror = new Mirror(options);
    await new Promise<void>((resolve) => mirror.#server.listen(0, "127.0.0.1", resolve));
    return mirror;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent((request.url ?? "").split("?")[0] ?? "");
    this.requests.push(`${request.method} ${path}`);
    const listing = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/main$/.exec(path)?.[1];
    if (listing !== undefined && !this.#options.hasNoApi) return this.#list(listing, response);
    const [, repository = "", name = ""] = /^\/([^/]+\/[^/]+)\/resolve\/[^/]+\/([^/]+)$/.exec(path) ?? [];
    const file = join(this.#options.root, repository, name);
    if (name === "" || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const bytes = statSync(file).size;
    if (await this.mischief?.(request, response, { path: file, bytes })) return;
    await this.#send(request, response, file, bytes);
  }

  #list(repository: string, response: ServerResponse): void {
    const folder = join(this.#options.root, repository);
    if (!existsSync(folder)) {
      response.writeHead(404).end();
      return;
    }
    const siblings = readdirSync(folder).map((rfilename) => {
      const file = join(folder, rfilename);
      const size = statSync(file).size;
      const lfs = { sha256: this.#sha256(file), size, pointerSize: 134 };
      // Small files are in git itself, and the hub has only git's hash of them.
      return rfilename.endsWith(".safetensors")
        ? { rfilename, size, blobId: "0".repeat(40), lfs }
        : { rfilename, size, blobId: gitHash(file) };
    });
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ sha: COMMIT, cardData: { license: "mit" }, siblings }));
  }

  async #send(
    request: IncomingMessage,
    response: ServerResponse,
    file: string,
    bytes: number,
  ): Promise<void> {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const headers = { etag: `"${this.#sha256(file)}"`, "accept-ranges": "bytes" };
    if (start >= bytes) {
      response.writeHead(416, { "content-range": `bytes */${bytes}` }).end();
      return;
    }
    const range = { "content-range": `bytes ${start}-${bytes - 1}/${bytes}` };
    response.writeHead(start > 0 ? 206 : 200, {
      ...headers,
      ...(start > 0 ? range : {}),
      "content-length": bytes - start,
    });
    if (request.method === "HEAD") {
      response.end();
      return;
    }
    const pieceBytes = 65_536;
    for await (const piece of createReadStream(file, { start, highWaterMark: pieceBytes })) {
      if (response.destroyed) return;
      response.write(piece);
      this.sentBytes += piece.length;
      const { bytesPerSecond } = this.#options;
      if (bytesPerSecond !== undefined) await wait((piece.length / bytesPerSecond) * 1000);
    }
    response.end();
  }

  #sha256(file: string): string {
    const known = this.#hashes.get(file);
    if (known !== undefined) return known;
    const hash = createHash("sha256").update(readFileSync(file)).digest("hex");
    this.#hashes.set(file, hash);
    return hash;
  }
}

function gitHash(file: string): string {
  const content = readFileSync(file);
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}
