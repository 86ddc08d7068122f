/** Requests to the Hugging Face hub, or to a mirror of it. */
import { Agent, type Dispatcher, EnvHttpProxyAgent, interceptors } from "undici";
import { MubblesError } from "../../errors.js";
import { packageVersion } from "../../version.js";
import type { HubSettings } from "./hub-settings.js";
import { Again, mayPass, retryAfterMs } from "./retry.js";

export interface HubResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Dispatcher.ResponseData["body"];
}

export interface HubTimeouts {
  readonly connectMs: number;
  /** The longest silence: before the first byte, and between any two pieces. */
  readonly stallMs: number;
}

interface RequestOptions {
  readonly method?: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
  /** Redirects are answers, not followed: the hub's own say which file it is. */
  readonly staysHere?: boolean;
  readonly signal: AbortSignal;
}

export const HUB_TIMEOUTS: HubTimeouts = { connectMs: 15_000, stallMs: 30_000 };
const MAX_REDIRECTS = 8;

export class HubClient {
  readonly endpoint: string;
  readonly #token: string | undefined;
  readonly #plain: Dispatcher;
  readonly #following: Dispatcher;

  /** USAGE where the endpoint is no address. */
  constructor({ endpoint, token }: HubSettings, { connectMs, stallMs }: HubTimeouts = HUB_TIMEOUTS) {
    checkEndpoint(endpoint);
    this.endpoint = endpoint;
    this.#token = token;
    const options = { connect: { timeout: connectMs }, headersTimeout: stallMs, bodyTimeout: stallMs };
    this.#plain = usesProxy() ? new EnvHttpProxyAgent(options) : new Agent(options);
    // It takes the token off where it leaves the hub's host: the files lie elsewhere.
    this.#following = this.#plain.compose(interceptors.redirect({ maxRedirections: MAX_REDIRECTS }));
  }

  /** What the server says, be it 404; `Again` where it may say something else later. MODEL_ACCESS_DENIED, DOWNLOAD_FAILED. */
  async request(path: string, options: RequestOptions): Promise<HubResponse | Again> {
    const { method = "GET", staysHere = false, signal } = options;
    const url = `${this.endpoint}${path}`;
    let response: Dispatcher.ResponseData;
    try {
      response = await (staysHere ? this.#plain : this.#following).request({
        ...partsOf(url),
        method,
        signal,
        headers: this.#headers(options.headers),
      });
    } catch (thrown) {
      signal.throwIfAborted();
      return new Again(networkReason(thrown), { cause: thrown });
    }
    const { statusCode: status, body } = response;
    const headers = flatten(response.headers);
    if (status < 400 || status === 404 || status === 405 || status === 416) return { status, headers, body };
    await body.dump().catch(() => {});
    if (mayPass(status))
      return new Again(`HTTP ${status}`, { waitMs: retryAfterMs(headers["retry-after"], Date.now()) });
    const code = status === 401 || status === 403 ? "MODEL_ACCESS_DENIED" : "DOWNLOAD_FAILED";
    throw new MubblesError(code, { where: url, detail: `HTTP ${status}` });
  }

  async close(): Promise<void> {
    await this.#plain.destroy();
  }

  #headers(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    const own = { "user-agent": `mubbles/${packageVersion()}`, "accept-encoding": "identity" };
    return this.#token === undefined
      ? { ...own, ...more }
      : { ...own, authorization: `Bearer ${this.#token}`, ...more };
  }
}

/** In one phrase, for people: what the connection ended with. */
export function networkReason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  // Several addresses of one host fail together.
  const cause = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  return cause instanceof Error ? cause.message : String(cause);
}

/** An agent for proxies looks at NO_PROXY with each request, and takes part in no other way. */
function usesProxy(): boolean {
  return ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"].some((name) => process.env[name]);
}

function checkEndpoint(endpoint: string): void {
  const where = "HF_ENDPOINT";
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  // Errors and questions name the address: what is secret must not be in it.
  if (url !== undefined && `${url.username}${url.password}` !== "")
    throw new MubblesError("USAGE", {
      where,
      detail: "expected no user or password in it; HF_TOKEN is for that",
    });
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new MubblesError("USAGE", { where, detail: `expected http(s)://…, got "${endpoint}"` });
}

function partsOf(url: string): { origin: string; path: string } {
  const { origin, pathname, search } = new URL(url);
  return { origin, path: `${pathname}${search}` };
}

function flatten(headers: Dispatcher.ResponseData["headers"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? (value[0] ?? "") : value]],
    ),
  );
}
