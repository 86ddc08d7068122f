/** Every error of docs/ERRORS.md that `mubbles file` can be made to meet, by the real program. */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/errors.js";
import { expectFailure, fixture, mubbles, ROOT, SAMPLE, temporaryFolder, wav } from "./mubbles.js";

const folder = temporaryFolder();

function written(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("an input that", () => {
  // One run for all: one that fails does not stop the others.
  test("is not there, a folder, empty, no media, or pictures only", async () => {
    const inputs: [path: string, code: ErrorCode][] = [
      [join(folder, "none.mp4"), "INPUT_NOT_FOUND"],
      [folder, "INPUT_IS_DIRECTORY"],
      [written("empty.mp4", ""), "INPUT_EMPTY"],
      [written("letter.mp3", "Dear sir,\n".repeat(1000)), "INPUT_UNRECOGNISED"],
      [fixture("silent-film.mp4"), "INPUT_NO_AUDIO"],
    ];
    const result = await mubbles(["file", "--quiet", ...inputs.map(([path]) => path)]);
    for (const [path, code] of inputs) expectFailure(result, code, path);
    expect(result.stdout).toBe("");
  });

  test("is empty on standard input", async () => {
    expectFailure(await mubbles(["file", "-"], { stdin: new Uint8Array() }), "INPUT_EMPTY");
  });

  test.skipIf(process.platform === "win32")("cannot be read", async () => {
    const path = written("secret.wav", wav(new Uint8Array(1000)));
    chmodSync(path, 0o000);
    expectFailure(await mubbles(["file", path], { withoutPrivilege: true }), "INPUT_UNREADABLE", path);
  });

  test("has no such channel", async () => {
    expectFailure(await mubbles(["file", fixture("speech.wav"), "--channels", "1"]), "USAGE");
  });

  test("is cut short: what decodes is transcribed", async () => {
    const whole = readFileSync(fixture("austen-0870.wav"));
    const path = written("cut.wav", whole.subarray(0, whole.length * 0.6));
    const result = await mubbles(["file", path, "-f", "txt", "-l", "en"]);
    expectFailure(result, "INPUT_DAMAGED", path);
    expect(result.stdout.toLowerCase()).toContain("dashwood");
  });
});

test("inputs without speech give empty documents and say so", async () => {
  const out = join(folder, "silent");
  // Shorter than a mel frame, a tenth of a second, five seconds.
  const paths = [100, 3200, 160_000].map((bytes) => written(`${bytes}.wav`, wav(new Uint8Array(bytes))));
  const { stderr, exitCode } = await mubbles(["file", ...paths, "-f", "json", "-o", out]);
  expect(stderr).toBe(paths.map((path) => `mubbles: ${path}: no speech found\n`).join(""));
  expect(exitCode).toBe(0);
  for (const path of paths) {
    const json = readFileSync(join(out, basename(path).replace(".wav", ".json")), "utf8");
    expect(JSON.parse(json)).toMatchObject({ segments: [], text: "" });
  }
});

describe("several inputs", () => {
  test("go on after one that fails; the gravest exit code counts; a failed input leaves no file", async () => {
    const out = join(folder, "several");
    const empty = written("nothing.wav", "");
    const result = await mubbles(["file", empty, fixture("speech.wav"), join(folder, "none.ogg"), "-o", out]);
    expectFailure(result, "INPUT_EMPTY", empty);
    expectFailure(result, "INPUT_NOT_FOUND");
    expect(readdirSync(out)).toEqual(["speech.srt"]);
    expect(readFileSync(join(out, "speech.srt"), "utf8")).toMatch(/^1\n\d\d:/);
  });

  test("a failed input leaves an older document alone", async () => {
    const out = join(folder, "older");
    mkdirSync(out);
    writeFileSync(join(out, "none.srt"), "precious");
    expectFailure(await mubbles(["file", join(folder, "none.mp4"), "-o", out]), "INPUT_NOT_FOUND");
    expect(readFileSync(join(out, "none.srt"), "utf8")).toBe("precious");
  });
});

/** A copy of the embedded model, to break. */
function brokenModel(name: string, damage: (folder: string) => void): string {
  const copy = join(folder, name);
  cpSync(join(ROOT, "models/whisper-base-int8"), copy, { recursive: true });
  damage(copy);
  return copy;
}

describe("a model that", () => {
  test("is not there", async () => {
    expectFailure(await mubbles(["file", SAMPLE, "-m", "bass"]), "MODEL_NOT_FOUND", "bass");
  });

  test("is a file", async () => {
    expectFailure(await mubbles(["file", SAMPLE, "-m", SAMPLE]), "MODEL_UNSUPPORTED", SAMPLE);
  });

  test.each<[name: string, damage: (folder: string) => void]>([
    ["cut weights", (model) => truncateSync(join(model, "model.safetensors"), 1_000_000)],
    ["weights that are text", (model) => writeFileSync(join(model, "model.safetensors"), "not found")],
    ["config.json cut", (model) => truncateSync(join(model, "config.json"), 20)],
  ])("is damaged: %s", async (name, damage) => {
    expectFailure(await mubbles(["file", SAMPLE, "-m", brokenModel(name, damage)]), "MODEL_BROKEN");
  });
});

describe("an output folder that", () => {
  test("is a file", async () => {
    const file = written("taken", "");
    expectFailure(await mubbles(["file", SAMPLE, "-o", file]), "OUTPUT_EXISTS_AS_DIRECTORY", file);
  });

  test("has a folder of the document's name in it", async () => {
    mkdirSync(join(folder, "nest/austen.srt"), { recursive: true });
    expectFailure(await mubbles(["file", SAMPLE, "-o", join(folder, "nest")]), "OUTPUT_EXISTS_AS_DIRECTORY");
  });

  test.skipIf(process.platform !== "linux")("cannot be made", async () => {
    expectFailure(
      await mubbles(["file", SAMPLE, "-o", "/proc/mubbles/out"]),
      "OUTPUT_FAILED",
      "/proc/mubbles",
    );
  });
});

test("MUBBLES_DEBUG=1 adds the stack trace", async () => {
  const { stderr } = await mubbles(["file", join(folder, "none.mp4")], { env: { MUBBLES_DEBUG: "1" } });
  expect(stderr).toMatch(/^MubblesError: .*\n {4}at /m);
});
