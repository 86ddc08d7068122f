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
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { expectFailure, fixture, mubbles, ROOT, SAMPLE, temporaryFolder, wav } from "./mubbles.js";

const folder = temporaryFolder();

function written(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("an input that", () => {
  test("is not there", async () => {
    const path = join(folder, "none.mp4");
    const result = await mubbles(["file", path]);
    expectFailure(result, "INPUT_NOT_FOUND", path);
    expect(result.stdout).toBe("");
  });

  test("is a folder", async () => {
    expectFailure(await mubbles(["file", folder]), "INPUT_IS_DIRECTORY", folder);
  });

  test("is empty", async () => {
    const path = written("empty.mp4", "");
    expectFailure(await mubbles(["file", path]), "INPUT_EMPTY", path);
  });

  test("is empty on standard input", async () => {
    expectFailure(await mubbles(["file", "-"], { stdin: new Uint8Array() }), "INPUT_EMPTY");
  });

  test.skipIf(process.platform === "win32")("cannot be read", async () => {
    const path = written("secret.wav", wav(new Uint8Array(1000)));
    chmodSync(path, 0o000);
    expectFailure(await mubbles(["file", path], { withoutPrivilege: true }), "INPUT_UNREADABLE", path);
  });

  test("is no media", async () => {
    const path = written("letter.mp3", "Dear sir,\n".repeat(1000));
    expectFailure(await mubbles(["file", path]), "INPUT_UNRECOGNISED", path);
  });

  test("has pictures only", async () => {
    const path = fixture("silent-film.mp4");
    expectFailure(await mubbles(["file", path]), "INPUT_NO_AUDIO", path);
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

describe("an input without speech gives an empty document and says so:", () => {
  test.each([
    ["shorter than a mel frame", 100],
    ["a tenth of a second", 3200],
    ["five seconds of silence", 160_000],
  ])("%s", async (name, bytes) => {
    const path = written(`${name}.wav`, wav(new Uint8Array(bytes)));
    const { stdout, stderr, exitCode } = await mubbles(["file", path, "-f", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({ segments: [], text: "" });
    expect(stderr).toBe(`mubbles: ${path}: no speech found\n`);
    expect(exitCode).toBe(0);
  });
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
