import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { missing } from "./needs.js";

const NATIVE = fileURLToPath(new URL("../native/", import.meta.url));

test("native/pkg was built from the sources that stand beside it", () => {
  const inFolder = (folder: string) =>
    readdirSync(`${NATIVE}${folder}`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(NATIVE.length));
  const sources = ["Cargo.lock", "Cargo.toml", ...inFolder(".cargo"), ...inFolder("src")].sort();
  const lines = sources.map((file) => {
    const hash = createHash("sha256").update(readFileSync(`${NATIVE}${file}`));
    return `${hash.digest("hex")}  ${file}`;
  });
  const recorded = readFileSync(`${NATIVE}pkg/SOURCES.sha256`, "utf8").trimEnd().split("\n");
  expect(recorded, "run scripts/build-wasm.sh and commit native/pkg").toEqual(lines);
});

test.skipIf(missing("cargo"))("cargo test passes", { timeout: 600_000 }, ({ skip }) => {
  const fetched = cargo("fetch", "--locked");
  const maySkip = process.env.MUBBLES_TEST_NO_SKIP !== "1";
  skip(maySkip && fetched.status !== 0, "the crates are not here and cannot be fetched");

  const { status, stdout, stderr } = cargo("test", "--quiet", "--locked");
  expect(status, `${stdout}\n${stderr}`).toBe(0);
  expect(stdout).toMatch(/test result: ok\. [1-9]\d* passed/);
});

function cargo(...options: string[]) {
  return spawnSync("cargo", options, { cwd: NATIVE, encoding: "utf8" });
}
