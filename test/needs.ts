/**
 * What a test needs beyond npm. Where a part is missing the test skips and says why; with MUBBLES_TEST_NO_SKIP=1 (set by
 * .ci/run) a missing part is a failure instead, so that nothing is skipped unseen.
 *
 *     test.skipIf(missing("ffmpeg"))("decodes through ffmpeg", …)
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const SHARED_FOLDER = fileURLToPath(new URL("../../shared/", import.meta.url));

/**
 * Real weights, base and tiny.en: openai/whisper-NAME as the Hugging Face hub serves them, ctranslate2/whisper-NAME and
 * ggml/ggml-NAME.bin. MUBBLES_TEST_WEIGHTS names the folder.
 */
export const WEIGHTS_FOLDER = process.env.MUBBLES_TEST_WEIGHTS ?? "";

const PARTS = {
  shared: () => existsSync(`${SHARED_FOLDER}data/manifest.json`),
  weights: () => existsSync(`${WEIGHTS_FOLDER}/ggml/ggml-tiny.en.bin`),
  ffmpeg: () => onPath("ffmpeg", "-version"),
  cargo: () => onPath("cargo", "--version"),
  python3: () => onPath("python3", "--version"),
  pulseaudio: () => onPath("pulseaudio", "--version") && onPath("pactl", "--version"),
  strace: () => spawnSync("strace", ["-o", "/dev/null", "true"], { stdio: "ignore" }).status === 0,
  tmux: () => onPath("tmux", "-V"),
  chromium: () => onPath("chromium", "--version"),
  naudiodon: () =>
    existsSync(
      fileURLToPath(new URL("../node_modules/naudiodon/build/Release/naudiodon.node", import.meta.url)),
    ),
} as const;

/** True where the part is missing and its test should skip; throws instead where skipping is forbidden. */
export function missing(part: keyof typeof PARTS): boolean {
  if (PARTS[part]()) return false;
  if (process.env.MUBBLES_TEST_NO_SKIP === "1")
    throw new Error(`a test needs ${part}, and none may skip here`);
  process.stderr.write(`skipped: tests that need ${part}, which is not here\n`);
  return true;
}

/** Where a program of PATH lies. */
export function pathOf(command: string): string {
  return spawnSync("which", [command], { encoding: "utf8" }).stdout.trim();
}

function onPath(command: string, versionOption: string): boolean {
  return spawnSync(command, [versionOption], { stdio: "ignore" }).status === 0;
}
