/** Runs the real program as a child process, as a user would. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect } from "vitest";
import { openMedia } from "../../src/audio/media.js";
import { ERROR_TABLE, type ErrorCode } from "../../src/errors.js";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const SAMPLE = join(ROOT, "samples/austen.mp4");
export const PROGRAM = join(ROOT, "bin/mubbles.js");

export interface Result {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: Uint8Array;
  /** A file descriptor for standard output; its text is then not in the result. */
  readonly stdout?: number;
  /** Root reads every file whatever its mode: this takes that from it. */
  readonly withoutPrivilege?: boolean;
  /** Sees the process as soon as it has written to standard output. */
  readonly onFirstOutput?: (child: ChildProcess) => void;
}

export function mubbles(args: readonly string[], options: RunOptions = {}): Promise<Result> {
  const isRoot = process.getuid?.() === 0;
  const prefix =
    options.withoutPrivilege && isRoot ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];
  return mubblesUnder(prefix, args, options);
}

/** Runs it through another program, which is given mubbles' command line as its own last arguments. */
export function mubblesUnder(
  prefix: readonly string[],
  args: readonly string[],
  options: RunOptions = {},
): Promise<Result> {
  const { env = {}, cwd = ROOT, stdin, stdout = "pipe", onFirstOutput } = options;
  const [command, ...rest] = [...prefix, process.execPath, PROGRAM, ...args];
  const child = spawn(command!, rest, {
    cwd,
    env: { ...process.env, ...env },
    stdio: [stdin === undefined ? "ignore" : "pipe", stdout, "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    if (texts.stdout === "") onFirstOutput?.(child);
    texts.stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    texts.stderr += text;
  });
  // A program that fails early does not read its input to the end.
  child.stdin?.on("error", () => {});
  child.stdin?.end(stdin);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, ...texts }));
  });
}

/** The program failed the documented way: code, exit code, hint, and no stack trace. */
export function expectFailure({ exitCode, stderr }: Result, code: ErrorCode, where = ""): void {
  const { exitCode: expected, hint } = ERROR_TABLE[code];
  expect(stderr).toContain(`mubbles: ${code}: ${where}`);
  expect(stderr).toContain(`\n  ${hint}\n`);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(exitCode).toBe(expected);
}

/** A folder that goes away with the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mubbles-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function fixture(name: string): string {
  return join(ROOT, "test/fixtures", name);
}

/** The sample over and over, 27.5 s each time: 16 kHz mono, 16 bit. */
export async function writeLongWav(path: string, repetitions: number): Promise<void> {
  const media = await openMedia(SAMPLE, { channel: "mix", signal: new AbortController().signal });
  const chunks: Buffer[] = [];
  for await (const samples of media.audio) {
    const pcm = Int16Array.from(
      samples as Float32Array,
      (sample) => Math.max(-1, Math.min(1, sample)) * 32_767,
    );
    chunks.push(Buffer.from(pcm.buffer));
  }
  await media.close();
  const once = Buffer.concat(chunks);
  writeFileSync(path, wav(Buffer.concat(Array.from({ length: repetitions }, () => once))));
}

const WAV_HEADER_BYTES = 44;

/** PCM samples (16 kHz, 16 bit, channels interleaved) with a WAV header. */
export function wav(samples: Uint8Array, channels = 1): Buffer {
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  header.write("RIFF", 0);
  header.writeUInt32LE(samples.length + WAV_HEADER_BYTES - 8, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(16_000, 24);
  header.writeUInt32LE(32_000 * channels, 28);
  header.writeUInt16LE(2 * channels, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
