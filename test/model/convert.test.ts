import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { packagePath } from "../../src/assets.js";
import { COMPUTES, type Compute, LAYOUT_NAME } from "../../src/model/compute-type.js";
import { type Converted, convertModel } from "../../src/model/convert.js";
import { CrossCache } from "../../src/model/cross-cache.js";
import { seededRandom } from "../../src/model/decoding/sampling.js";
import { nextTokenConstraint } from "../../src/model/decoding/timestamp-rules.js";
import { addToRecord } from "../../src/model/model-record.js";
import { resolveModel } from "../../src/model/model-store.js";
import { Safetensors } from "../../src/model/safetensors.js";
import { SelfCache } from "../../src/model/self-cache.js";
import type { StartOptions } from "../../src/model/start-encoder.js";
import { WhisperRuntime } from "../../src/model/whisper-runtime.js";
import { temporaryFolder } from "./temporary-folder.js";
import { thrownCode } from "./thrown-code.js";
import { TINY_VOCABULARY, writeTinyWhisper } from "./tiny-whisper.js";

const folder = temporaryFolder();
const source = join(folder, "tiny");
const PROMPT = [50_258, 50_259, 50_359];
const END_TOKEN = 50_257;
const TOKENS = [...PROMPT, 50_364, 400, 7000, 33];

const converted = new Map<Compute, Converted>();
const logits = new Map<Compute, Float32Array>();
beforeAll(async () => {
  writeTinyWhisper(source);
  for (const compute of COMPUTES) {
    converted.set(compute, await convertModel({ source, destination: join(folder, compute), compute }));
    logits.set(compute, await logitsOf(join(folder, compute), [TOKENS]));
  }
});

describe("the same logits whatever the weights are stored as", () => {
  test("fp32 says something", () => {
    const values = logits.get("fp32")!;
    expect(values).toHaveLength(TOKENS.length * TINY_VOCABULARY);
    expect(Math.sqrt(meanSquare(values))).toBeGreaterThan(1);
  });

  check("fp16", 0.001);
  check("int8", 0.03);
  check("int4", 0.3);

  function check(compute: Compute, relative: number) {
    test(`${compute}: within ${relative} of fp32`, () => {
      const error = relativeError(logits.get(compute)!, logits.get("fp32")!);
      expect(error).toBeLessThan(relative);
      expect(error).toBeGreaterThan(0);
    });
  }
});

test("norms and rotations folded into float32 weights give the same model", async () => {
  const destination = join(folder, "rotated");
  await convertModel({ source, destination, compute: "fp32", isRotated: true });
  expect(relativeError(await logitsOf(destination, [TOKENS]), logits.get("fp32")!)).toBeLessThan(1e-4);
});

test("rounded for the inputs that its linears get, 8 bits are closer to fp32, and the same every time", async () => {
  const moments = new Map<string, Float64Array>();
  const destination = join(folder, "rotated-for-moments");
  await convertModel({ source, destination, compute: "fp32", isRotated: true });
  await logitsOf(destination, [TOKENS], { moments });
  expect([...moments.keys()]).toContain("encoder.layers.0.fc2");
  expect([...moments.keys()]).toContain("decoder.layers.0.self_attn.qkv");
  const options = { source, compute: "int8", moments } as const;
  const first = await convertModel({ ...options, destination: join(folder, "rounded") });
  const again = await convertModel({ ...options, destination: join(folder, "rounded-again") });
  expect(again).toEqual(first);
  const error = relativeError(await logitsOf(join(folder, "rounded"), [TOKENS]), logits.get("fp32")!);
  expect(error).toBeLessThan(relativeError(logits.get("int8")!, logits.get("fp32")!));
});

/** Logits of text tokens are made with inputs of 8 bits, and a hair's difference moves a number to the next step (vocabulary.ts). */
const UNSTEADINESS: Record<Compute, number> = { fp32: 1e-4, fp16: 1e-4, int8: 2e-3, int4: 2e-3 };

test.each(COMPUTES)("%s: tokens one by one, or some at a time, as all at once", async (compute) => {
  const path = join(folder, compute);
  for (const cut of [[TOKENS.slice(0, 3), TOKENS.slice(3)], TOKENS.map((token) => [token])]) {
    const [got, expected] = [await logitsOf(path, cut), logits.get(compute)!];
    expect(relativeError(got, expected)).toBeLessThan(UNSTEADINESS[compute]);
    expect(relativeError(ofSpecials(got), ofSpecials(expected))).toBeLessThan(1e-4);
  }
});

describe("an accelerator's graphs, which make keys and values at each step, give the same", () => {
  const ONE_BY_ONE = TOKENS.map((token) => [token]);
  check("fp32", [TOKENS], 1e-4);
  check("fp32", ONE_BY_ONE, 1e-4);
  // Whatever flows between the layers is rounded to 16 bits.
  check("fp16", [TOKENS], 0.005);
  check("fp16", ONE_BY_ONE, 0.005);

  function check(compute: Compute, cut: readonly (readonly number[])[], relative: number) {
    test(`${compute}, ${cut.length} steps`, async () => {
      const got = await logitsOf(join(folder, compute), cut, { accelerator: "cpu" });
      expect(relativeError(got, logits.get(compute)!)).toBeLessThan(relative);
    });
  }
});

test("the file is what the result says, smaller by the storage, and says what it is", () => {
  const sizes = COMPUTES.map((compute) => {
    const { bytes, sha256 } = converted.get(compute)!;
    const file = readFileSync(join(folder, compute, "model.safetensors"));
    expect(file.length).toBe(bytes);
    expect(createHash("sha256").update(file).digest("hex")).toBe(sha256);
    expect(Safetensors.openFolder(join(folder, compute)).metadata).toMatchObject({ compute });
    return bytes;
  });
  const [int8, int4, fp16, fp32] = sizes as [number, number, number, number];
  // The vocabulary is nearly all of this model, and the rest of its frequent tokens a third of it.
  expect(int8 / fp32).toBeLessThan(0.4);
  expect(int4).toBeLessThan(int8);
  expect(fp16 / fp32).toBeLessThan(0.51);
});

test("a checkpoint in half precision gives the same model", async () => {
  const half = join(folder, "half");
  writeTinyWhisper(half, { isHalf: true });
  await convertModel({ source: half, destination: join(folder, "from-half"), compute: "fp32" });
  const error = relativeError(await logitsOf(join(folder, "from-half"), [TOKENS]), logits.get("fp32")!);
  expect(error).toBeLessThan(0.005);
});

test("without tokenizer.json the text tokens of all multilingual models", async () => {
  const path = join(folder, "without-tokenizer");
  writeTinyWhisper(path, { without: ["tokenizer.json"] });
  const { sha256 } = await convertModel({
    source: path,
    destination: join(folder, "completed"),
    compute: "int8",
  });
  expect(sha256).toBe(converted.get("int8")!.sha256);
});

test("progress ends at the whole", async () => {
  const seen: [number, number][] = [];
  const { bytes } = await convertModel({
    source,
    destination: join(folder, "progress"),
    compute: "int8",
    onProgress: (done, total) => seen.push([done, total]),
  });
  expect(seen.at(-1)).toEqual([bytes, bytes]);
  expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).sort((a, b) => a - b));
});

describe("what cannot be converted is refused, and nothing is left behind", () => {
  check("the embedded model, which is converted already", "MODEL_UNSUPPORTED", () =>
    packagePath("models/whisper-base-int8"),
  );
  check("no such folder", "MODEL_NOT_FOUND", () => join(folder, "nowhere"));
  check("an empty folder", "MODEL_BROKEN", () => {
    const path = join(folder, "empty");
    mkdirSync(path);
    return path;
  });
  check("a missing tensor", "MODEL_BROKEN", () => {
    const path = join(folder, "incomplete");
    writeTinyWhisper(path, { without: ["decoder.layers.0.fc2.weight"] });
    return path;
  });
  check("no tokenizer.json, and a vocabulary that is not Whisper's", "MODEL_BROKEN", () => {
    const path = join(folder, "speechless");
    writeTinyWhisper(path, { without: ["tokenizer.json"] });
    const config = JSON.parse(readFileSync(join(path, "config.json"), "utf8")) as object;
    writeFileSync(join(path, "config.json"), JSON.stringify({ ...config, vocab_size: 51_900 }));
    return path;
  });
  check("another kind of model", "MODEL_UNSUPPORTED", () => {
    const path = join(folder, "bert");
    mkdirSync(path);
    writeFileSync(join(path, "config.json"), '{"model_type":"bert"}');
    return path;
  });

  function check(name: string, code: string, makeSource: () => string) {
    test(name, async () => {
      const from = makeSource();
      const destination = join(folder, `refused ${name}`);
      const before = readdirSync(folder);
      expect(await thrownCode(() => convertModel({ source: from, destination, compute: "int8" }))).toBe(code);
      expect(existsSync(destination)).toBe(false);
      expect(readdirSync(folder)).toEqual(before);
    });
  }

  test("interrupted: what stood there before stays", async () => {
    const destination = join(folder, "interrupted");
    await convertModel({ source, destination, compute: "int8" });
    const before = readFileSync(join(destination, "model.safetensors"));
    const stop = new AbortController();
    const converting = convertModel({
      source,
      destination,
      compute: "fp32",
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(converting).rejects.toThrow();
    expect(readFileSync(join(destination, "model.safetensors")).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.includes(".part"))).toEqual([]);
  });
});

test("what a killed process left is removed, what a running one makes is not", async () => {
  const destination = join(folder, "again");
  // In a container the one before had our own number.
  const left = [`${destination}.part-999999999`, `${destination}.part-${process.pid}`];
  const others = [`${destination}.part-${process.ppid}`, `${destination}.part-two`];
  for (const path of [...left, ...others]) mkdirSync(path);
  writeFileSync(join(left[1]!, "model.safetensors"), "half");
  await convertModel({ source, destination, compute: "int8" });
  expect([...left, ...others, destination].map((path) => existsSync(path))).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
  for (const path of others) rmdirSync(path);
});

test("what stands at the destination is replaced only where nothing is lost with it", async () => {
  const into = (destination: string) => convertModel({ source, destination, compute: "int8" });
  const foreign = join(folder, "ctranslate2");
  mkdirSync(foreign);
  writeFileSync(join(foreign, "model.bin"), "weights of another program");
  expect(await thrownCode(() => into(foreign))).toBe("USAGE");
  const damaged = join(folder, "damaged since");
  const { sha256 } = await into(damaged);
  writeFileSync(join(damaged, "model.safetensors"), "damaged");
  expect(await thrownCode(() => into(damaged))).toBe("MODEL_BROKEN");
  addToRecord(damaged, { sha256 });
  expect((await into(damaged)).sha256).toBe(sha256);
});

describe("a model by name or path", () => {
  beforeAll(() => {
    process.env.MUBBLES_HOME = join(folder, "home");
    return () => delete process.env.MUBBLES_HOME;
  });

  test("the embedded one", async () => {
    expect(await resolveModel("base", undefined)).toMatchObject({ compute: "int8", isEmbedded: true });
    expect(await thrownCode(() => resolveModel("base", "fp32"))).toBe("MODEL_NOT_HERE");
    expect(await thrownCode(() => resolveModel("bass", undefined))).toBe("MODEL_NOT_FOUND");
  });

  test("a checkpoint of the hub is converted once", async () => {
    const first = await resolveModel(source, undefined);
    expect(first).toMatchObject({ compute: "int8", isEmbedded: false });
    expect(first.folder.startsWith(join(folder, "home"))).toBe(true);
    writeFileSync(join(first.folder, "mark"), "");
    expect((await resolveModel(source, "int8")).folder).toBe(first.folder);
    expect(existsSync(join(first.folder, "mark"))).toBe(true);
    expect((await resolveModel(source, "fp32")).folder).not.toBe(first.folder);
  });

  test("one that an earlier version has converted is told from others, and may be replaced", async () => {
    const path = join(folder, "earlier");
    await convertModel({ source, destination: path, compute: "int8" });
    const file = join(path, "model.safetensors");
    const bytes = readFileSync(file);
    bytes.write("mubbles-whisper-1", bytes.indexOf(LAYOUT_NAME));
    writeFileSync(file, bytes);
    await expect(resolveModel(path, undefined)).rejects.toMatchObject({
      code: "MODEL_UNSUPPORTED",
      detail: `made by another version of mubbles (mubbles-whisper-1, not ${LAYOUT_NAME}): convert or pull it again`,
    });
    await convertModel({ source, destination: path, compute: "int8" });
    expect(await resolveModel(path, undefined)).toMatchObject({ folder: path, compute: "int8" });
  });

  test("a converted one by its path, as it is stored and not otherwise", async () => {
    const path = join(folder, "fp16");
    expect(await resolveModel(path, undefined)).toMatchObject({ folder: path, compute: "fp16" });
    expect(await thrownCode(() => resolveModel(path, "int8"))).toBe("MODEL_UNSUPPORTED");
    expect(await thrownCode(() => resolveModel(join(path, "model.safetensors"), undefined))).toBe(
      "MODEL_UNSUPPORTED",
    );
  });
});

/** Logits [tokens, vocabulary] of the tokens, run in these parts one after the other. */
async function logitsOf(
  path: string,
  parts: readonly (readonly number[])[],
  options: StartOptions = {},
): Promise<Float32Array> {
  const runtime = await WhisperRuntime.load(path, 2, options);
  const cross = new CrossCache(runtime.config, 1, runtime.crossStorage);
  const cache = new SelfCache(runtime.config, 1, runtime.crossStorage);
  const random = seededRandom(23);
  await runtime.encode(
    Float32Array.from({ length: 80 * 3000 }, () => random() * 2 - 1),
    cross,
    0,
  );
  const all: Float32Array[] = [];
  for (const newTokens of parts) {
    const { logits: own } = await runtime.step({
      rows: [{ newTokens, constraint: nextTokenConstraint([], 50_364) }],
      cross: cross.first(1),
      cache,
      firstWindow: 0,
      mask: new Float32Array(TINY_VOCABULARY),
      topK: 1,
      logitIndex: [...newTokens.keys()],
      wantLogits: true,
    });
    all.push(own.slice());
  }
  await runtime.release();
  const joined = new Float32Array(all.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of all) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Those of the tokens from the end token on. */
function ofSpecials(values: Float32Array): Float32Array {
  return values.filter((_, i) => i % TINY_VOCABULARY >= END_TOKEN);
}

function relativeError(got: Float32Array, expected: Float32Array): number {
  expect(got.length).toBe(expected.length);
  return Math.sqrt(meanSquare(got.map((value, i) => value - expected[i]!)) / meanSquare(expected));
}

function meanSquare(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value * value, 0) / values.length;
}
