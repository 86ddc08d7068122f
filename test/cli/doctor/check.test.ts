/** A check ends in time whatever it does, and a failure is a finding. */
import { expect, test } from "vitest";
import { type Check, runCheck } from "../../../src/cli/doctor/check.js";
import { exitCodeOf, toJson, toText } from "../../../src/cli/doctor/report.js";
import { MubblesError } from "../../../src/errors.js";

const check = (run: Check["run"], failsAs: Check["failsAs"] = "error"): Check => ({
  title: "sound",
  limitSeconds: 0.05,
  failsAs,
  run,
});

test("what it finds is what comes", async () => {
  const finding = { name: "pulse", status: "ok", text: "2 inputs" } as const;
  expect(await runCheck(check(async () => [finding]))).toEqual([finding]);
});

test("who never answers is told of at the limit, and hears of it", async () => {
  let signal: AbortSignal | undefined;
  const findings = await runCheck(
    check((given) => {
      signal = given;
      return new Promise(() => {});
    }, "warning"),
  );
  expect(findings).toMatchObject([{ name: "sound", status: "warning", text: "no answer within 0.05 s" }]);
  expect(signal?.aborted).toBe(true);
});

test("a failure has its words, its hint and its exit code", async () => {
  const error = new MubblesError("MODEL_BROKEN", { where: "base" });
  const [finding] = await runCheck(check(() => Promise.reject(error)));
  expect(finding).toMatchObject({ status: "error", text: error.message, hint: error.hint, exitCode: 5 });
});

const REPORTS = [
  {
    title: "media",
    findings: [{ name: "ffmpeg", status: "warning", text: "not installed", hint: "install it" }],
  },
  {
    title: "self-test",
    findings: [{ name: "load", status: "ok", text: "base", facts: { loadSeconds: 0.4 } }],
  },
] as const;
const BROKEN = {
  title: "versions",
  findings: [{ name: "onnxruntime", status: "error", text: "gone" }],
} as const;

test("only what mubbles needs makes it fail", () => {
  expect(exitCodeOf(REPORTS)).toBe(0);
  expect(exitCodeOf([...REPORTS, BROKEN])).toBe(5);
});

test("as lines: the hint below what it is for", () => {
  expect(toText(REPORTS[0])).toBe(
    ["media", "  warning  ffmpeg           not installed", `${" ".repeat(27)} → install it`, ""].join("\n"),
  );
});

test("as JSON: the gravest status, and facts beside the words", () => {
  expect(JSON.parse(toJson("1.2.3", REPORTS))).toEqual({
    version: "1.2.3",
    status: "warning",
    exitCode: 0,
    checks: [
      { check: "media", name: "ffmpeg", status: "warning", text: "not installed", hint: "install it" },
      { check: "self-test", name: "load", status: "ok", text: "base", loadSeconds: 0.4 },
    ],
  });
  expect(JSON.parse(toJson("1.2.3", [BROKEN]))).toMatchObject({ status: "error", exitCode: 5 });
});
