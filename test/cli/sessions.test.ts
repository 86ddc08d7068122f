/**
 * What `mubbles listen` keeps, and everything that can be done with it. `npm run bench:verify` records and verifies ten sessions in
 * place of two.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EXIT } from "../../src/errors.js";
import { parseEvents, QUICK } from "./listening.js";
import { expectFailure, fixture, mubbles, type Result, ROOT, temporaryFolder } from "./mubbles.js";
import { wordErrorRate } from "./words.js";

const SESSIONS = Number(process.env.MUBBLES_TEST_SESSIONS ?? 2);
/** Faster than the machine can follow, so that there is something to decide; and without any hurry. */
const SPEEDS = ["3", "max", "1", "2", "6"];
const CONVERSATION = `file:${join(ROOT, "samples/conversation.opus")}`;
const DEVICES = ["--mic", `${CONVERSATION}#0`, "--loopback", `${CONVERSATION}#1`];
const TEXT = readFileSync(join(ROOT, "samples/austen.txt"), "utf8");

const home = temporaryFolder();
const other = temporaryFolder();
const env = { MUBBLES_HOME: home };
const run = (...args: readonly string[]) => mubbles(args, { env });
const names = () => readdirSync(join(home, "sessions")).sort();
const folderOf = (name: string) => join(home, "sessions", name);
const listened: Result[] = [];

beforeAll(async () => {
  for (let i = 0; i < SESSIONS; i++) {
    // Every other one detects the language.
    const how = i % 2 === 0 ? QUICK : ["--beam-size", "1"];
    const speed = SPEEDS[i % SPEEDS.length]!;
    const args = [
      "listen",
      ...DEVICES,
      "--json",
      "--levels",
      "--policy",
      i === 2 ? "alignatt" : "local-agreement",
    ];
    listened.push(await run(...args, "--speed", speed, ...how));
  }
}, SESSIONS * 60_000);

test("each run is a session of its own, and the events are those that were printed", () => {
  expect(names()).toHaveLength(SESSIONS);
  for (const [i, name] of names().entries()) {
    const recorded = readFileSync(join(folderOf(name), "events.jsonl"), "utf8");
    expect(listened[i]!.exitCode).toBe(0);
    // What is printed may leave out what newer events replace.
    const all = new Set(recorded.split("\n"));
    for (const line of listened[i]!.stdout.split("\n")) expect(all).toContain(line);
    expect(parseEvents(recorded).at(-1)).toMatchObject({ type: "end", reason: "sources-ended" });
  }
});

describe("mubbles replay", () => {
  test(
    "--verify: the same again, byte for byte",
    async () => {
      for (const name of names()) {
        const { exitCode, stdout, stderr } = await run("replay", "--verify", name);
        expect({ name, exitCode, stderr, stdout }).toMatchObject({ exitCode: 0, stderr: "" });
        const events = readFileSync(join(folderOf(name), "events.jsonl"), "utf8")
          .trimEnd()
          .split("\n");
        const [same = 0, outside = 0] = stdout.match(/\d+/g)?.map(Number) ?? [];
        expect(same + outside).toBe(events.length);
        expect(same).toBeGreaterThan(5 * outside);
      }
    },
    SESSIONS * 60_000,
  );

  /** The session once more, as if another policy had been asked for. */
  async function verifyWithout(policy: string, folder: string): Promise<Result> {
    const meta = join(folder, "meta.json");
    const before = readFileSync(meta, "utf8");
    expect(before).toContain(`"policy": "${policy}"`);
    writeFileSync(meta, before.replace(`"policy": "${policy}"`, '"policy": "off"'));
    const result = await run("replay", "--verify", folder);
    writeFileSync(meta, before);
    return result;
  }

  test("--verify: another policy is found where it first shows", async () => {
    // What AlignAtt confirms comes from hypotheses, which have partial text with any policy.
    const folder = join(other, "alignatt");
    const args = ["listen", ...DEVICES, "--plain", "--policy", "alignatt", "--speed", "3"];
    expect(await mubbles([...args, "--save", folder, ...QUICK])).toMatchObject({ exitCode: 0 });
    const { exitCode, stdout } = await verifyWithout("alignatt", folder);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^event \d+ differs/);
    expect(stdout).toMatch(/\n {2}- {"type":"confirmed".*\n {2}\+ {"type":"partial"/);
    expect(stdout).toContain('{"step":"decode","task":"partial"');
  });

  test("--verify: checks of a policy that the other does not ask for are no failure", async () => {
    const { exitCode, stdout } = await verifyWithout("local-agreement", folderOf(names()[0]!));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^event \d+ differs/);
    expect(stdout).toMatch(/\n {2}- {"type":"confirmed"/);
  });

  test("--json: what was printed, at any speed and from any time", async () => {
    const recorded = readFileSync(join(folderOf(names()[0]!), "events.jsonl"), "utf8");
    const all = await run("replay", names()[0]!, "--json", "--levels", "--speed", "max");
    expect(all).toEqual({ exitCode: 0, stdout: recorded, stderr: "" });
    const late = await run("replay", names()[0]!, "--json", "--levels", "--speed", "50", "--from", "0:20");
    const text = (lines: string) => lines.split("\n").filter((line) => !line.startsWith('{"type":"level"'));
    expect(text(late.stdout)).toEqual(text(recorded));
    expect(parseEvents(late.stdout).find(({ type }) => type === "level")!.atSeconds).toBeGreaterThanOrEqual(
      20,
    );
  });
});

test("mubbles file: two named speakers from what was heard", async () => {
  const { exitCode, stdout } = await run("file", "last", "-f", "txt", "--speakers", "me,them", ...QUICK);
  expect(exitCode).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  for (const line of lines) expect(line).toMatch(/^(me|them): /);
  expect(new Set(lines.map((line) => line.split(":")[0])).size).toBe(2);
  const said = lines.map((line) => line.replace(/^\w+: /, "")).join(" ");
  expect(wordErrorRate(TEXT.replaceAll("\n", " "), said)).toBeLessThan(0.25);
});

describe("mubbles sessions", () => {
  test("list, show, search and export tell what was said", async () => {
    const [list, show, found, none, srt] = await Promise.all([
      run("sessions", "list"),
      run("sessions", "show", names()[0]!),
      run("sessions", "search", "JOHN  dashwood"),
      run("sessions", "search", "no such words"),
      run("sessions", "export", "last", "--speakers", "me,them"),
    ]);
    for (const name of names()) expect(list.stdout).toContain(name);
    expect(list.stdout).toMatch(/ 0:2\d /);
    expect(show.stdout).toMatch(/^0:0\d (mic|loopback): /);
    expect(found.stdout.trimEnd().split("\n")).toHaveLength(SESSIONS);
    expect(none).toMatchObject({ exitCode: 0, stdout: "" });
    expect(srt.stdout).toMatch(/^1\n00:00:0/);
    expect(srt.stdout).toMatch(/\n(me|them): /);
  });

  test("a name that no session has, or that two have", async () => {
    expectFailure(await run("sessions", "show", "1999"), "INPUT_NOT_FOUND", "1999");
    expectFailure(await run("sessions", "show", "2"), "USAGE", "2: ");
    expectFailure(await run("sessions", "prune"), "USAGE");
  });

  test("prune takes nothing that is young and small; remove takes what it is told", async () => {
    const pruned = await run("sessions", "prune", "--keep", "1d", "--max-size", "1G");
    expect(pruned).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    const [first] = names();
    await run("sessions", "remove", first!);
    expect(names()).toHaveLength(SESSIONS - 1);
    expect(names()).not.toContain(first);
  });
});

describe("where a session cannot be kept", () => {
  const folder = temporaryFolder();
  const disk = join(folder, "disk");
  afterAll(() => void spawnSync("umount", [disk]));
  const listen = (...args: string[]) =>
    run(
      "listen",
      "--plain",
      "--mic",
      `file:${fixture("austen-0870.wav")}`,
      "--speed",
      "max",
      ...QUICK,
      ...args,
    );
  const [sentence = ""] = TEXT.split("\n");

  test("it is told, and all is transcribed", async () => {
    writeFileSync(join(folder, "file"), "");
    const cases = [["OUTPUT_FAILED", join(folder, "file", "session")]];
    if (canMount(disk)) cases.push(["OUTPUT_DISK_FULL", join(disk, "session")]);
    for (const [code, save = ""] of cases) {
      const { exitCode, stdout, stderr } = await listen("--save", save);
      expect(stderr).toContain(`mubbles: ${code}: `);
      expect(wordErrorRate(sentence, stdout.replaceAll(/^\S+ mic: /gm, ""))).toBeLessThan(0.15);
      expect(exitCode).toBe(EXIT.partial);
    }
  });

  test("--no-save keeps nothing, and --save does not mix with what is there", async () => {
    const before = names();
    expect(await listen("--no-save")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(names()).toEqual(before);
    expectFailure(await listen("--save", folder), "USAGE", "--save");
  });
});

/** Mounting takes root, and containers may forbid it even then. */
function canMount(disk: string): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  mkdirSync(disk);
  return spawnSync("mount", ["-t", "tmpfs", "-o", "size=100k", "tmpfs", disk]).status === 0;
}
