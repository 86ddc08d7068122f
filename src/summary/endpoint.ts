/** Addresses of language models: which of them are on this machine. Pure. */
import { MubblesError } from "../errors.js";

/** Whether what is sent there stays on this machine. */
export function isLocalEndpoint(endpoint: string): boolean {
  const { hostname } = new URL(endpoint);
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** USAGE where it is no address, or holds a secret: errors name it. */
export function checkEndpoint(endpoint: string): void {
  const where = "--endpoint";
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new MubblesError("USAGE", { where, detail: `expected http(s)://…/v1, got "${endpoint}"` });
  if (`${url.username}${url.password}` !== "")
    throw new MubblesError("USAGE", { where, detail: "expected no user or password in it" });
}
