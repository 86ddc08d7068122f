/** Truncated and bit-flipped recordings, all in one call: a documented end for each, and nothing that decoded is lost. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ERROR_TABLE, EXIT } from "../../src/errors.js";
import { fixture, mubbles, type Result, temporaryFolder } from "./mubbles.js";

const SOURCES = [
  "speech.wav",
  "speech.flac",
  "speech.mp3",
  "speech.ogg",
  "speech.webm",
  "speech.mkv",
  "speech.mp4",
  "speech.aac",
];

/** A linear congruential generator (Numerical Recipes): the same flips in every run. */
function* randomNumbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state;
  }
}

function flipBits(bytes: Buffer, from: number, count: number): Buffer {
  const flipped = Buffer.from(bytes);
  const random = randomNumbers(bytes.length);
  for (let flip = 0; flip < count; flip++) {
    const at = from + (random.next().value % (bytes.length - from));
    flipped[at] = flipped[at]! ^ (1 << (random.next().value % 8));
  }
  return flipped;
}

const DAMAGES: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  "cut-in-the-header": (bytes) => bytes.subarray(0, 20),
  "cut-at-80-percent": (bytes) => bytes.subarray(0, Math.floor(bytes.length * 0.8)),
  "flipped-in-the-data": (bytes) => flipBits(bytes, Math.floor(bytes.length / 3), 50),
  "flipped-anywhere": (bytes) => flipBits(bytes, 0, 200),
};

const folder = temporaryFolder();
const files = SOURCES.flatMap((source) =>
  Object.entries(DAMAGES).map(([damage, spoil]) => {
    const path = join(
      folder,
      `${basename(source, extname(source))}-${damage}-${extname(source).slice(1)}${extname(source)}`,
    );
    writeFileSync(path, spoil(readFileSync(fixture(source))));
    return path;
  }),
);
const out = join(folder, "out");
let result: Result;

beforeAll(async () => {
  result = await mubbles(["file", ...files, "-o", out, "-f", "txt", "-l", "en", "--beam-size", "1"]);
}, 300_000);

function textOf(file: string): string | undefined {
  const path = join(out, `${basename(file, extname(file))}.txt`);
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

test(`${files.length} damaged files end the run with a documented exit code and no stack trace`, () => {
  expect([EXIT.input, EXIT.partial]).toContain(result.exitCode);
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect(result.stderr).not.toContain("INTERNAL");
});

test("every line on standard error is documented", () => {
  const hints = new Set(Object.values(ERROR_TABLE).map(({ hint }) => `  ${hint}`));
  const codes = "INPUT_DAMAGED|INPUT_UNRECOGNISED|INPUT_NO_AUDIO";
  const strange = result.stderr
    .trimEnd()
    .split("\n")
    .filter(
      (line) => !hints.has(line) && !new RegExp(`^mubbles: (${codes}): |: no speech found$`).test(line),
    );
  expect(strange).toEqual([]);
});

test.each(files.map((file) => [basename(file), file]))(
  "%s: a document, or an error that names it",
  (_, file) => {
    const document = textOf(file);
    if (document === undefined) expect(result.stderr).toMatch(new RegExp(`INPUT_\\w+: ${file}: `));
    else expect(document !== "" || result.stderr.includes(`${file}: no speech found`)).toBe(true);
  },
);

test.each(["wav", "flac", "mp3", "ogg", "webm", "mkv"])(
  "what comes before the cut of a %s is there",
  (ending) => {
    const file = files.find((path) => path.endsWith(`cut-at-80-percent-${ending}.${ending}`)) ?? "";
    expect(result.stderr).toContain(`INPUT_DAMAGED: ${file}: `);
    expect(textOf(file)?.trim()).not.toBe("");
  },
);
