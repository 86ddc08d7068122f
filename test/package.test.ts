/** The tarball of `npm pack`, installed where nothing of this folder is, transcribes a file. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wordErrorRate } from "./cli/words.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "mubbles-package-"));
const home = join(folder, "home");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// npm hands its own settings down to the tests; the install must come out the same without them. The one setting is the
// README's: onnxruntime-node would fetch GPU libraries from outside the npm registry.
const inherited = Object.entries(process.env).filter(
  ([name]) => !/^npm_(package|lifecycle|command)/.test(name),
);
const env = { ...Object.fromEntries(inherited), ONNXRUNTIME_NODE_INSTALL: "skip" };

function npm(args: readonly string[], cwd: string): string {
  return execFileSync("npm", args, {
    cwd,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
}

let files: string[] = [];

beforeAll(() => {
  mkdirSync(home);
  // The build has run before the tests; another one would pull dist/ from under them.
  const [packed] = JSON.parse(
    npm(["pack", "--json", "--ignore-scripts", "--pack-destination", folder], ROOT),
  );
  files = packed.files.map(({ path }: { path: string }) => path);
  writeFileSync(join(home, "package.json"), '{ "private": true }');
  npm(["install", "--prefer-offline", "--no-audit", "--no-fund", join(folder, packed.filename)], home);
}, 300_000);

test("holds what runs and nothing of the workshop", () => {
  expect(files).toContain("bin/mubbles.js");
  expect(files).toContain("dist/cli/main.js");
  expect(files).toContain("LICENSE");
  expect(files).toContain("docs/events.schema.json");
  expect(files.filter((path) => /^(src|test|bench|scripts|\.ci)\/|^native\/(?!pkg)/.test(path))).toEqual([]);
});

test("transcribes a file, installed in a folder of its own", () => {
  const program = join(home, "node_modules/mubbles/bin/mubbles.js");
  const srt = execFileSync(process.execPath, [program, "file", join(ROOT, "samples/austen.mp4")], {
    cwd: home,
    env,
    encoding: "utf8",
  });
  const words = srt.replaceAll(/^\d+$|^.* --> .*$/gm, "");
  expect(wordErrorRate(readFileSync(join(ROOT, "samples/austen.txt"), "utf8"), words)).toBeLessThan(0.1);
});
