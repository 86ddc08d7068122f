/** `mubbles models …` and models that a command lacks, by the real program against a mirror on this machine. */
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Mirror } from "../model/hub/mirror.js";
import { writeTinyWhisper } from "../model/tiny-whisper.js";
import { expectFailure, fixture, mubbles, temporaryFolder } from "./mubbles.js";

const REPOSITORY = "someone/tiny-whisper";
/** Random weights say anything, at length. */
const SILENCE = fixture("wav-u8.wav");

const folder = temporaryFolder();
const root = join(folder, "mirror");
const home = join(folder, "home");
const hubHome = join(folder, "hub-home");
let mirror: Mirror;
let env: Record<string, string>;

beforeAll(async () => {
  writeTinyWhisper(join(root, REPOSITORY), { isHalf: true });
  mirror = await Mirror.start({ root });
  env = {
    MUBBLES_HOME: home,
    HF_HOME: hubHome,
    HF_ENDPOINT: mirror.endpoint,
    HF_HUB_OFFLINE: "",
    HF_TOKEN: "",
  };
});
afterAll(() => mirror.stop());

const run = (line: string, more: Record<string, string> = {}) =>
  mubbles(line.split(" "), { env: { ...env, ...more } });

const weights = () =>
  mirror.requests.filter(
    (request) => request.endsWith("GET model.safetensors") || /^GET .*model\.safetensors$/.test(request),
  );

test("without a terminal and without --yes nothing is downloaded; nor with --offline, nor with HF_HUB_OFFLINE", async () => {
  expectFailure(await run(`file -m ${REPOSITORY} ${SILENCE}`), "MODEL_NOT_HERE", REPOSITORY);
  expectFailure(await run(`file -m turbo --yes --offline ${SILENCE}`), "MODEL_NOT_HERE", "turbo");
  const listened = await run(`listen --json --yes -m small --mic file:${SILENCE}`, { HF_HUB_OFFLINE: "1" });
  expectFailure(listened, "MODEL_NOT_HERE", "small");
  expect(JSON.parse(listened.stdout)).toMatchObject({ type: "error", code: "MODEL_NOT_HERE" });
  expect(mirror.requests).toEqual([]);
});

test("two processes at once download and convert it once", async () => {
  const both = await Promise.all([
    run(`models pull ${REPOSITORY} --no-measure`),
    run(`models pull ${REPOSITORY} --no-measure`),
  ]);
  const made = join(home, "models/someone--tiny-whisper-int8");
  for (const { exitCode, stdout } of both) {
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`${made}\n`);
  }
  expect(both.map(({ stderr }) => stderr).join()).toContain("waiting for another mubbles");
  expect(weights()).toHaveLength(1);
  expect(readdirSync(join(home, "downloads"))).toEqual([]);
  expect(readdirSync(join(home, "models"))).toEqual(["someone--tiny-whisper-int8"]);
});

test("what was pulled is listed, verified, found and used, with the network cut", async () => {
  await mirror.stop();
  const { stdout } = await run("models list --json");
  const listed = JSON.parse(stdout);
  expect(listed).toMatchObject([
    { name: "base", isEmbedded: true, languages: 99, licence: "MIT" },
    {
      name: REPOSITORY,
      compute: "int8",
      licence: "mit",
      source: REPOSITORY,
      languages: 99,
      isEmbedded: false,
    },
  ]);
  expect((await run(`models where ${REPOSITORY}`)).stdout).toBe(`${listed[1].folder}\n`);
  const verified = await run("models verify --no-measure");
  expect(verified.exitCode).toBe(0);
  expect(verified.stdout.match(/right/g)).toHaveLength(2);
  const used = await run(
    `file -m ${REPOSITORY} --temperature-increment-on-fallback none --beam-size 1 ${SILENCE}`,
  );
  expect(used.exitCode).toBe(0);
  mirror = await Mirror.start({ root });
  env.HF_ENDPOINT = mirror.endpoint;
});

test("a model in the hub's own cache is used where it lies, offline", async () => {
  const cached = join(hubHome, "hub/models--other--cached");
  const snapshot = join(cached, "snapshots/abc");
  cpSync(join(root, REPOSITORY), snapshot, { recursive: true });
  mkdirSync(join(cached, "refs"));
  writeFileSync(join(cached, "refs/main"), "abc");
  const { exitCode, stdout } = await run("models pull other/cached --offline --no-measure");
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`${join(home, "models/other--cached-int8")}\n`);
  expect(existsSync(join(snapshot, "model.safetensors"))).toBe(true);
  expect(existsSync(join(home, "downloads/other--cached"))).toBe(false);
});

test("changed weights do not verify; what is removed is gone, and what is embedded stays", async () => {
  const made = join(home, "models/other--cached-int8");
  writeFileSync(join(made, "model.safetensors"), "x", { flag: "a" });
  expectFailure(await run("models verify other/cached --no-measure"), "MODEL_BROKEN", made);
  expectFailure(await run("models remove other/cached"), "USAGE", "other/cached (int8)");
  writeFileSync(join(made, "model.safetensors"), "damaged");
  expectFailure(await run("models verify other/cached --no-measure"), "MODEL_BROKEN", made);
  expect((await run("models remove other/cached --yes")).stderr).toContain("other/cached (damaged)");
  expect(existsSync(made)).toBe(false);
  expectFailure(await run("models remove base --yes"), "USAGE", "base");
});

test("prune takes what half-finished work left, and nothing else", async () => {
  const half = [
    join(home, "downloads/whisper-small"),
    join(home, "models/whisper-small-int8.part-999999999"),
  ];
  for (const path of half) {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "model.safetensors"), "half");
  }
  expect((await run("models prune --yes")).exitCode).toBe(0);
  for (const path of half) expect(existsSync(path)).toBe(false);
  expect(readdirSync(join(home, "models"))).toEqual(["someone--tiny-whisper-int8"]);
});

test("what the hub does not have, what is gated and what is no Whisper fails as documented", async () => {
  expectFailure(await run("models pull no/such"), "MODEL_NOT_FOUND", `${mirror.endpoint}/no/such`);
  mkdirSync(join(root, "some/pickle"), { recursive: true });
  writeFileSync(join(root, "some/pickle/pytorch_model.bin"), "");
  expectFailure(await run("models pull some/pickle"), "MODEL_UNSUPPORTED", `${mirror.endpoint}/some/pickle`);
  expectFailure(await run("models pull bass"), "MODEL_NOT_FOUND", "bass");
  const { port } = new URL(mirror.endpoint);
  expectFailure(
    await run("models pull tiny", { HF_ENDPOINT: `ftp://127.0.0.1:${port}` }),
    "USAGE",
    "HF_ENDPOINT",
  );
});
