/** Inputs that are not what they should be: each has its code, keeps what decodes, and never hangs. */
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { ERROR_TABLE, EXIT } from "../../src/errors.js";
import { missing } from "../needs.js";
import { decode, fixture, scratchFolder, withDecoder } from "./decode.js";

const write = scratchFolder();
const TIME_LIMIT_MS = 30_000;

interface Expected {
  /** Allowed outcomes: the error, the problem, or "ok". */
  readonly codes: readonly string[];
  /** What must at least have come out. */
  readonly minSeconds?: number;
  /** All fixtures called speech have 2.99 s. */
  readonly maxSeconds?: number;
}

async function check(path: string, { codes, minSeconds = 0, maxSeconds = 3.1 }: Expected): Promise<void> {
  const outcome = await decode(path).catch((error: Error) => error);
  if (outcome instanceof Error) {
    expect(outcome).toMatchObject({ name: "MubblesError", code: expect.stringMatching(codes.join("|")) });
    expect(outcome).toHaveProperty("exitCode", EXIT.input);
    expect(minSeconds).toBe(0);
    return;
  }
  const { samples, problems } = outcome;
  expect(codes).toContain(problems.length === 0 ? "ok" : problems.map(({ code }) => code).join());
  expect(samples.length).toBeGreaterThan(minSeconds * 16_000);
  expect(samples.length).toBeLessThan(maxSeconds * 16_000);
  expect(samples.every(Number.isFinite)).toBe(true);
}

/** The first part of a fixture. */
function cut(name: string, fraction: number): string {
  const whole = readFileSync(fixture(name));
  return write(name, whole.subarray(0, Math.round(whole.length * fraction)));
}

/** A fixture with bits flipped behind its first `from` bytes, by a generator that always flips the same ones. */
function flip(name: string, bits: number, seed: number, from = 0): string {
  const bytes = readFileSync(fixture(name));
  let state = seed;
  for (let i = 0; i < bits; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const at = from + Math.floor((state / 2 ** 32) * (bytes.length - from));
    bytes[at] = bytes[at]! ^ (1 << ((state >> 3) & 7));
  }
  return write(name, bytes);
}

const DAMAGED = ["INPUT_DAMAGED"];
const UNRECOGNISED = ["INPUT_UNRECOGNISED"];
const ANYTHING_TYPED = ["ok", "INPUT_DAMAGED", "INPUT_UNRECOGNISED", "INPUT_NO_AUDIO"];

const DECODERS = [
  { decoder: "node-av", skip: false },
  { decoder: "ffmpeg", skip: missing("ffmpeg") },
];

describe.each(DECODERS)("$decoder", { timeout: TIME_LIMIT_MS }, ({ decoder, skip }) => {
  const run = (path: string, expected: Expected) => withDecoder(decoder, () => check(path, expected));

  test.skipIf(skip).each<{ name: string; fraction: number } & Expected>([
    // The index at the end is gone; at the start it is there, and tells what is missing.
    { name: "speech.mp4", fraction: 0.5, codes: UNRECOGNISED },
    { name: "speech.mov", fraction: 0.9, codes: UNRECOGNISED },
    { name: "speech.m4a", fraction: 0.5, codes: DAMAGED, minSeconds: 1 },
    { name: "speech.m4a", fraction: 0.8, codes: DAMAGED, minSeconds: 2 },
    { name: "speech.m4a", fraction: 0.02, codes: ["INPUT_UNRECOGNISED", "INPUT_NO_AUDIO"] },
    { name: "speech.flac", fraction: 0.5, codes: DAMAGED, minSeconds: 1 },
    { name: "speech.aiff", fraction: 0.5, codes: DAMAGED, minSeconds: 1.4 },
    { name: "speech.mp3", fraction: 0.5, codes: DAMAGED, minSeconds: 1.3 },
    { name: "speech.mp3", fraction: 0.85, codes: DAMAGED, minSeconds: 2.2 },
    { name: "speech.ogg", fraction: 0.6, codes: DAMAGED },
    { name: "speech.opus", fraction: 0.6, codes: DAMAGED, minSeconds: 0.9 },
    { name: "speech.aac", fraction: 0.5, codes: ["ok", "INPUT_DAMAGED"], minSeconds: 1.3 },
    { name: "speech.mpg", fraction: 0.5, codes: ["ok", "INPUT_DAMAGED"], minSeconds: 1 },
  ])("$name cut at $fraction: $codes", ({ name, fraction, ...expected }) =>
    run(cut(name, fraction), expected),
  );

  test.skipIf(skip).each<{ name: string; bits: number; from?: number } & Expected>([
    { name: "speech.m4a", bits: 20, from: 3000, codes: ["ok", "INPUT_DAMAGED"], minSeconds: 1 },
    { name: "speech.mp3", bits: 50, from: 500, codes: ["ok", "INPUT_DAMAGED"], minSeconds: 1 },
    { name: "speech.aac", bits: 20, from: 500, codes: ["ok", "INPUT_DAMAGED"], minSeconds: 1 },
    { name: "speech.flac", bits: 20, from: 500, codes: ["ok", "INPUT_DAMAGED"], minSeconds: 1 },
    { name: "speech.mp4", bits: 100, codes: ANYTHING_TYPED },
    { name: "speech.mkv", bits: 100, codes: ANYTHING_TYPED },
    { name: "speech.webm", bits: 100, codes: ANYTHING_TYPED },
    { name: "speech.ogg", bits: 30, codes: ANYTHING_TYPED },
    // Its length is that of its timestamps: broken ones are silence.
    { name: "speech.mpg", bits: 100, codes: ANYTHING_TYPED, maxSeconds: 70 },
    { name: "speech.wav", bits: 100, from: 44, codes: ["ok"], minSeconds: 2.9 },
  ])("$bits bits flipped in $name: $codes", async ({ name, bits, from, ...expected }) => {
    for (const seed of [1, 2]) await run(flip(name, bits, seed, from), expected);
  });

  test.skipIf(skip).each<{ what: string; name: string; content: () => Uint8Array | string } & Expected>([
    {
      what: "text called .mp4",
      name: "text.mp4",
      content: () => "This is no film.\n".repeat(500),
      codes: UNRECOGNISED,
    },
    {
      what: "text called .txt",
      name: "text.txt",
      content: () => "This is no film.\n".repeat(500),
      codes: ["INPUT_UNRECOGNISED", "INPUT_NO_AUDIO"],
    },
    {
      what: "a play list of what must not be fetched",
      name: "list.m3u8",
      content: () =>
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
      codes: ["INPUT_UNRECOGNISED", "INPUT_NO_AUDIO", "INPUT_UNREADABLE"],
    },
    {
      what: "zero bytes only",
      name: "zeros.mp4",
      content: () => new Uint8Array(50_000),
      codes: ["INPUT_UNRECOGNISED", "INPUT_NO_AUDIO"],
    },
    {
      what: "one byte",
      name: "byte.mp3",
      content: () => "x",
      codes: ["INPUT_UNRECOGNISED", "INPUT_NO_AUDIO"],
    },
    {
      what: "an MP4 with its head cut off",
      name: "headless.mp4",
      content: () => readFileSync(fixture("speech.mp4")).subarray(5000),
      codes: ["INPUT_UNRECOGNISED", "INPUT_NO_AUDIO", "ok", "INPUT_DAMAGED"],
    },
  ])("$what: $codes", ({ name, content, ...expected }) => run(write(name, content()), expected));

  test.skipIf(skip)("a film without sound: INPUT_NO_AUDIO", () =>
    run(fixture("silent-film.mp4"), { codes: ["INPUT_NO_AUDIO"] }),
  );

  test.skipIf(skip)("what was decoded before the damage is the same as without it", async () => {
    const [whole, part] = await withDecoder(decoder, async () => [
      await decode(fixture("speech.flac")),
      await decode(cut("speech.flac", 0.6)),
    ]);
    const kept = part.samples.subarray(0, part.samples.length - 100);
    expect(kept).toEqual(whole.samples.subarray(0, kept.length));
    expect(part.problems[0]?.message).toMatch(/decoded 1\.\d s of 3\.0 s/);
    expect(part.problems[0]?.exitCode).toBe(ERROR_TABLE.INPUT_DAMAGED.exitCode);
  });
});

// ffmpeg tells only how long the longest track is, and beside a video the sound may well end sooner.
test.each([
  { name: "speech.webm", fraction: 0.5, minSeconds: 1 },
  { name: "speech.mkv", fraction: 0.5, minSeconds: 1 },
])("node-av: $name cut at $fraction: INPUT_DAMAGED", ({ name, fraction, minSeconds }) =>
  check(cut(name, fraction), { codes: DAMAGED, minSeconds }),
);

describe("files", () => {
  test("missing: INPUT_NOT_FOUND", () => check("/no/such/file.mp4", { codes: ["INPUT_NOT_FOUND"] }));
  test("below a file: INPUT_NOT_FOUND", () =>
    check(`${fixture("speech.mp4")}/x`, { codes: ["INPUT_NOT_FOUND"] }));
  test("a folder: INPUT_IS_DIRECTORY", () =>
    check(dirname(fixture("speech.mp4")), { codes: ["INPUT_IS_DIRECTORY"] }));
  test("a name that is too long: INPUT_UNREADABLE", () =>
    check(`/${"x".repeat(5000)}`, { codes: ["INPUT_UNREADABLE"] }));
  test.each(["empty.wav", "empty.mp4"])("%s: INPUT_EMPTY", (name) =>
    check(write(name, ""), { codes: ["INPUT_EMPTY"] }),
  );

  test("no permission: INPUT_UNREADABLE", async () => {
    const path = write("secret.mp4", "x");
    chmodSync(path, 0);
    const closed = `${dirname(path)}/closed`;
    mkdirSync(closed, { mode: 0 });
    await withoutPrivilege(async () => {
      await check(path, { codes: ["INPUT_UNREADABLE"] });
      await check(`${closed}/file.mp4`, { codes: ["INPUT_UNREADABLE"] });
    });
  });
});

/** Nothing is closed to root: for a while this is nobody. */
async function withoutPrivilege(work: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return await work();
  process.seteuid?.("nobody");
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}
