/** The table of errors, the document that users read and the words on the screen say the same. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { asMubblesError, ERROR_TABLE, type ErrorCode, EXIT, MubblesError } from "../src/errors.js";

const CODES = Object.keys(ERROR_TABLE) as ErrorCode[];
const document = readFileSync(new URL("../docs/ERRORS.md", import.meta.url), "utf8");

/** The cells of the table below `heading`, without its head and rule. */
function tableBelow(heading: string): string[][] {
  const section = document.split(/^## /m).find((part) => part.startsWith(`${heading}\n`))!;
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

describe("docs/ERRORS.md", () => {
  test("lists every code with its exit code, words and hint, in the table's order, and no other", () => {
    const expected = CODES.map((code) => {
      const { exitCode, what, hint } = ERROR_TABLE[code];
      return [`\`${code}\``, String(exitCode), what, hint];
    });
    expect(tableBelow("Codes")).toEqual(expected);
  });

  test("lists every exit code, and no other", () => {
    const listed = tableBelow("Exit codes").map(([exitCode, name]) => [name, Number(exitCode)]);
    expect(listed).toEqual(Object.entries(EXIT).map(([name, exitCode]) => [`\`${name}\``, exitCode]));
  });
});

describe.each(CODES)("%s", (code) => {
  const entry = ERROR_TABLE[code];

  test("is a constant's name, fails with an exit code of the list and says what to do", () => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(Object.values(EXIT)).toContain(entry.exitCode);
    expect(entry.exitCode).not.toBe(EXIT.ok);
    for (const words of [entry.what, entry.hint]) {
      expect(words).toMatch(/^\S.*[^\s.]$/);
      expect(words).not.toMatch(/[|\n]/);
    }
  });

  test("carries code, exit code, hint and cause into what is thrown", () => {
    const cause = new Error("below");
    const error = new MubblesError(code, { where: "talk.mp4", detail: "expected 2, got 1", cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      code,
      exitCode: entry.exitCode,
      hint: entry.hint,
      cause,
      name: "MubblesError",
    });
    expect(error.message).toBe(`talk.mp4: ${entry.what} (expected 2, got 1)`);
    expect(new MubblesError(code).message).toBe(entry.what);
    expect("cause" in new MubblesError(code)).toBe(false);
  });
});

const FAMILY_EXIT_CODES = { INPUT: [3, 4], TEXT: [3], OUTPUT: [2, 4], MODEL: [5], DEVICE: [6] };

test.each(Object.entries(FAMILY_EXIT_CODES))("codes of the family %s exit with %j", (family, exitCodes) => {
  const members = CODES.filter((code) => code.startsWith(`${family}_`));
  expect(members.length).toBeGreaterThan(0);
  for (const code of members) expect(exitCodes).toContain(ERROR_TABLE[code].exitCode);
});

describe("anything thrown", () => {
  test("stays itself where it is one of ours", () => {
    const error = new MubblesError("USAGE");
    expect(asMubblesError(error)).toBe(error);
  });

  test.each([
    [new TypeError("x is no function"), "x is no function"],
    ["a string", "a string"],
    [undefined, "undefined"],
    [null, "null"],
  ])("is a bug otherwise: %s", (thrown, detail) => {
    const error = asMubblesError(thrown);
    expect(error).toMatchObject({ code: "INTERNAL", exitCode: 1 });
    expect(error.message).toContain(detail);
    expect(error.cause).toBe(thrown);
  });
});
