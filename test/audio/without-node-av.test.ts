/** Where the optional package is not installed: the built files in a folder that has no node_modules. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missing } from "../needs.js";
import { fixture } from "./decode.js";

const folder = mkdtempSync(join(tmpdir(), "mubbles-test-"));
const PROGRAM = `
import { openMedia } from "./dist/audio/media.js";
try {
  const media = await openMedia(process.argv[2], { channel: "mix", signal: new AbortController().signal });
  let samples = 0;
  for await (const chunk of media.audio) samples += chunk.length;
  console.log(media.info.decoder, samples);
} catch (error) {
  console.log(error.code);
}
`;

beforeAll(() => {
  cpSync(fileURLToPath(new URL("../../dist", import.meta.url)), join(folder, "dist"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "program.js"), PROGRAM);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("without node-av", () => {
  test.skipIf(missing("ffmpeg"))("ffmpeg decodes", () => {
    expect(run("speech.flac", process.env.PATH)).toBe("ffmpeg 47840");
  });

  test("and without ffmpeg, WAV still works", () => {
    expect(run("speech.wav", folder)).toBe("wav 47840");
  });

  test("and all else says what to install", () => {
    expect(run("speech.flac", folder)).toBe("INPUT_NO_DECODER");
    expect(run("wav-adpcm.wav", folder)).toBe("INPUT_NO_DECODER");
  });
});

function run(name: string, path: string | undefined): string {
  const options = { cwd: folder, env: { ...process.env, PATH: path }, encoding: "utf8" } as const;
  return execFileSync(process.execPath, ["program.js", fixture(name)], options).trim();
}
