/** A file from a mirror that lies, breaks off, stalls, refuses: in the end the right bytes, or the documented error and nothing half-made. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { workerUrl } from "../../../src/assets.js";
import { seededRandom } from "../../../src/model/decoding/sampling.js";
import { downloadFile, PARTIAL_ENDING, type RemoteFile } from "../../../src/model/hub/download-file.js";
import { HubClient } from "../../../src/model/hub/hub-client.js";
import { temporaryFolder } from "../temporary-folder.js";
import { thrownCode } from "../thrown-code.js";
import { Mirror, type Mischief } from "./mirror.js";
import { QUICK, QUICK_TIMEOUTS, settingsOf } from "./settings.js";

const BYTES = 6_000_000;
const FILE = "model.safetensors";
const PATH = `/owner/name/resolve/main/${FILE}`;

const folder = temporaryFolder();
const root = join(folder, "hub");
const random = seededRandom(29);
const content = Buffer.from(Uint32Array.from({ length: BYTES / 4 }, () => random() * 2 ** 32).buffer);
const hex = createHash("sha256").update(content).digest("hex");
const remote: RemoteFile = {
  name: FILE,
  path: PATH,
  bytes: BYTES,
  hash: { algorithm: "sha256", hex },
};
let mirror: Mirror;

beforeAll(async () => {
  mkdirSync(join(root, "owner/name"), { recursive: true });
  writeFileSync(join(root, "owner/name", FILE), content);
  mirror = await Mirror.start({ root });
});
afterAll(() => mirror.stop());

let runs = 0;

interface Outcome {
  /** "" where it succeeded. */
  readonly code: string;
  readonly requests: number;
  /** What lies in the folder afterwards. */
  readonly left: readonly string[];
  readonly content: Buffer | undefined;
}

/** Downloads into a folder of its own. */
async function download(mischief: Mischief | undefined, file = remote): Promise<Outcome> {
  const target = join(folder, `run-${runs++}`);
  mkdirSync(target);
  mirror.mischief = mischief;
  const before = mirror.requests.length;
  const client = new HubClient(settingsOf(mirror.endpoint), QUICK_TIMEOUTS);
  const signal = new AbortController().signal;
  try {
    const code = await thrownCode(() =>
      downloadFile(client, file, join(target, FILE), { rules: QUICK, signal }),
    );
    const left = readdirSync(target);
    return {
      code: code === "nothing was thrown" ? "" : code,
      requests: mirror.requests.length - before,
      left,
      content: left.includes(FILE) ? readFileSync(join(target, FILE)) : undefined,
    };
  } finally {
    await client.close();
  }
}

/** Misbehaves in the first requests only. */
function firstTimes(times: number, mischief: Mischief): Mischief {
  let left = times;
  return (...args) => (left-- > 0 ? mischief(...args) : false);
}

const status =
  (code: number, headers: Record<string, string> = {}): Mischief =>
  (_, response) => {
    response.writeHead(code, headers).end("no");
    return true;
  };

/** All of the file is announced and a third of it comes. */
const breaksOff: Mischief = async (_, response) => {
  response.writeHead(200, { "content-length": BYTES });
  response.write(content.subarray(0, BYTES / 3));
  await wait(20);
  response.destroy();
  return true;
};

const wrongBytes: Mischief = (_, response) => {
  response.writeHead(200, { "content-length": BYTES }).end(Buffer.alloc(BYTES, 7));
  return true;
};

/** A shorter file, complete by its own account. */
const shortBody: Mischief = (_, response) => {
  response.writeHead(200, { "content-length": 1000 }).end(content.subarray(0, 1000));
  return true;
};

const stalls: Mischief = (_, response) => {
  response.writeHead(200, { "content-length": BYTES });
  response.write(content.subarray(0, 2_000_000));
  return true;
};

const wrongRange: Mischief = (request, response) => {
  if (request.headers.range === undefined) return breaksOff(request, response, { path: "", bytes: BYTES });
  response.writeHead(206, { "content-range": `bytes 0-${BYTES - 1}/${BYTES}`, "content-length": BYTES });
  response.end(content);
  return true;
};

const noRanges: Mischief = (_, response) => {
  response.writeHead(200, { "content-length": BYTES }).end(content);
  return true;
};

const tooMuch: Mischief = (_, response) => {
  response.writeHead(200).end(Buffer.concat([content, content]));
  return true;
};

describe("a mirror gets another chance when it", () => {
  test.each<[what: string, mischief: Mischief, requests: number]>([
    ["is as it should be", () => false, 1],
    ["breaks off, and goes on from there", firstTimes(1, breaksOff), 2],
    ["sends wrong bytes once", firstTimes(1, wrongBytes), 2],
    ["sends a short body", firstTimes(1, shortBody), 2],
    ["sends too much", firstTimes(1, tooMuch), 2],
    ["stalls", firstTimes(1, stalls), 2],
    ["answers 500", firstTimes(2, status(500)), 3],
    ["answers 429", firstTimes(1, status(429)), 2],
    ["has no ranges", firstTimes(2, (...args) => (args[0].headers.range ? noRanges : breaksOff)(...args)), 2],
    ["sends another range than was asked for", firstTimes(2, wrongRange), 3],
  ])("%s", async (_, mischief, requests) => {
    const outcome = await download(mischief);
    expect(outcome.code).toBe("");
    expect(outcome.left).toEqual([FILE]);
    expect(outcome.content?.equals(content)).toBe(true);
    expect(outcome.requests).toBe(requests);
  });

  test("redirects, also to another place on the same host", async () => {
    const location = `/owner/name/resolve/elsewhere/${FILE}`;
    const outcome = await download((request, response) => {
      if (request.url?.includes("elsewhere")) return false;
      response.writeHead(302, { location }).end();
      return true;
    });
    expect(outcome.content?.equals(content)).toBe(true);
  });

  test("asks for a second with Retry-After", async () => {
    const begun = performance.now();
    const outcome = await download(firstTimes(1, status(429, { "retry-after": "1" })));
    expect(outcome.code).toBe("");
    expect(performance.now() - begun).toBeGreaterThan(990);
  });
});

describe("an error and no file, when the mirror", () => {
  const partial = `${FILE}.${hex.slice(0, 16)}${PARTIAL_ENDING}`;
  test.each<[what: string, mischief: Mischief, code: string, left: readonly string[]]>([
    ["always sends wrong bytes", wrongBytes, "DOWNLOAD_CORRUPT", []],
    ["does not have it", status(404), "MODEL_NOT_FOUND", []],
    ["wants to know who asks", status(401), "MODEL_ACCESS_DENIED", []],
    ["forbids it", status(403), "MODEL_ACCESS_DENIED", []],
    ["is broken for good", status(500), "DOWNLOAD_FAILED", []],
    ["answers what nobody knows", status(418), "DOWNLOAD_FAILED", []],
    ["asks to wait for an hour", status(429, { "retry-after": "3600" }), "DOWNLOAD_FAILED", []],
    ["has no ranges and always breaks off", breaksOff, "DOWNLOAD_FAILED", [partial]],
    ["always sends a short body", shortBody, "DOWNLOAD_FAILED", [partial]],
    ["redirects in a circle", status(302, { location: PATH }), "DOWNLOAD_FAILED", []],
  ])("%s", async (_, mischief, code, left) => {
    const outcome = await download(mischief);
    expect(outcome.code).toBe(code);
    expect(outcome.left).toEqual(left);
  });
});

test("a token goes to the hub, and not to where it sends us", async () => {
  const seen: (string | undefined)[] = [];
  const elsewhere = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.end(content);
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  mirror.mischief = (request, response) => {
    seen.push(request.headers.authorization);
    const { port } = elsewhere.address() as AddressInfo;
    response.writeHead(302, { location: `http://127.0.0.1:${port}/file` }).end();
    return true;
  };
  const client = new HubClient(settingsOf(mirror.endpoint, "hf_secret"), QUICK_TIMEOUTS);
  const target = join(folder, "with-token");
  await downloadFile(client, remote, target, { rules: QUICK, signal: new AbortController().signal });
  await client.close();
  elsewhere.close();
  expect(seen).toEqual(["Bearer hf_secret", undefined]);
});

test("a proxy is used, and NO_PROXY keeps hosts from it", async () => {
  let tunnels = 0;
  const proxy = createServer();
  proxy.on("connect", (request, socket) => {
    tunnels += 1;
    const [host, port] = (request.url ?? "").split(":");
    const onward = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket);
      socket.pipe(onward);
    });
    for (const end of [socket, onward]) end.on("error", () => {});
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const saved = { ...process.env };
  try {
    process.env.HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    expect((await download(undefined)).code).toBe("");
    expect(tunnels).toBe(1);
    process.env.NO_PROXY = "127.0.0.1";
    expect((await download(undefined)).code).toBe("");
    expect(tunnels).toBe(1);
  } finally {
    process.env = saved;
    proxy.closeAllConnections();
    proxy.close();
  }
});

test("killed at 20 random points and started again, it ends with the right file", async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  process.stderr.write(`seed of the 20 kills: ${seed}\n`);
  const chance = seededRandom(seed);
  const slow = await Mirror.start({ root, bytesPerSecond: 2_000_000 });
  const target = join(folder, "killed");
  mkdirSync(target);
  try {
    for (let kills = 0; kills < 20; kills++) {
      const child = startDownload(slow.endpoint, join(target, FILE));
      await child.started;
      await wait(chance() * 150);
      child.kill();
      await child.ended;
    }
    expect(readdirSync(target)).not.toContain(FILE);
    expect(await startDownload(slow.endpoint, join(target, FILE)).ended).toBe(0);
  } finally {
    await slow.stop();
  }
  expect(readFileSync(join(target, FILE)).equals(content)).toBe(true);
  expect(readdirSync(target)).toEqual([FILE]);
  // What had come was not fetched again: each kill costs what was under way, no more.
  expect(slow.sentBytes).toBeLessThan(2.5 * BYTES);
}, 30_000);

/** The same in a process of its own, which says when its first bytes have come. */
function startDownload(endpoint: string, destination: string) {
  const module = (name: string) =>
    JSON.stringify(pathToFileURL(new URL(workerUrl(`model/hub/${name}`)).pathname));
  const script = `
    const { downloadFile } = await import(${module("download-file")});
    const { HubClient } = await import(${module("hub-client")});
    const client = new HubClient(${JSON.stringify(settingsOf(endpoint))});
    const how = { rules: ${JSON.stringify(QUICK)}, signal: new AbortController().signal, onProgress: () => process.stdout.write(".") };
    await downloadFile(client, ${JSON.stringify(remote)}, ${JSON.stringify(destination)}, how);
    await client.close();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const started = Promise.race([new Promise((resolve) => child.stdout.once("data", resolve)), ended]);
  child.stdout.on("data", () => {});
  return { started, ended, kill: () => child.kill("SIGKILL") };
}
