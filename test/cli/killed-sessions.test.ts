/**
 * kill -9 at random moments of live sessions: what was recorded opens, replays and is the same again, and next to nothing is missing.
 * `npm run bench:kill` does it fifty times.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { CHANNEL_ORDER } from "../../src/audio/recorded/recorded-source.js";
import { liveJsonLine } from "../../src/output/live-json.js";
import { EVENTS_FILE, readSession } from "../../src/session/session-reader.js";
import { SAMPLE_RATE_HZ } from "../../src/units.js";
import { missing } from "../needs.js";
import { QUICK } from "./listening.js";
import { mubbles, PROGRAM, ROOT, temporaryFolder } from "./mubbles.js";

const KILLS = Number(process.env.MUBBLES_TEST_KILLS ?? 8);
/** Each has a model in memory. */
const AT_ONCE = 4;
/** Of a session, until it is killed. */
const LONGEST_SECONDS = 12;
const LOST_SECONDS = 1;

const CONVERSATION = `file:${join(ROOT, "samples/conversation.opus")}`;
const folder = temporaryFolder();

test(
  `${KILLS} kills: a second of audio at most is lost and no text that was shown; the session opens and replays`,
  async () => {
    let shown = 0;
    for (let first = 0; first < KILLS; first += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, KILLS - first) }, (_, i) => first + i);
      const killed = await Promise.all(numbers.map((number) => kill(join(folder, String(number)))));
      for (const session of killed) shown += await check(session);
    }
    expect(shown).toBeGreaterThan(0);
  },
  KILLS * 30_000,
);

test("of a killed session the pipeline does the same again, also where a line was cut off", async () => {
  const session = join(folder, "0");
  appendFileSync(join(session, EVENTS_FILE), '{"type":"partial","atSec');
  const verified = await mubbles(["replay", "--verify", session]);
  expect(verified).toMatchObject({ exitCode: 0, stderr: "" });
  expect(verified.stdout).toMatch(/\d+ events are the same/);
});

/** A busy disk takes seconds to confirm what it was given, and kill -9 does not wait for it. Such a disk is made of a real one. */
test.skipIf(missing("strace"))(
  "nothing more is lost where the disk is slow",
  async () => {
    const slowDisk = ["strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null"];
    const slowCalls = ["-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_enter=4s"];
    const moments = [1.5, 3, 7];
    const killed = await Promise.all(
      moments.map((seconds) => kill(join(folder, `slow-${seconds}`), seconds, [...slowDisk, ...slowCalls])),
    );
    for (const session of killed) await check(session);
  },
  60_000,
);

interface Killed {
  readonly session: string;
  /** Lines of standard output. */
  readonly lines: readonly string[];
  /** Of the session, when it was killed. */
  readonly seconds: number;
}

async function kill(
  session: string,
  afterSeconds = LONGEST_SECONDS * Math.random(),
  under: readonly string[] = [],
): Promise<Killed> {
  const devices = ["--mic", `${CONVERSATION}#0`, "--loopback", `${CONVERSATION}#1`];
  const args = [PROGRAM, "listen", "--json", "--levels", ...QUICK, ...devices, "--save", session];
  const [command, ...before] = [...under, process.execPath];
  const stdio = ["ignore", "pipe", "inherit"] as const;
  const child = spawn(command!, [...before, ...args], { stdio: [...stdio], detached: true });
  let text = "";
  const beganMs = await new Promise<number>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (more: string) => {
      if (text === "") resolve(performance.now());
      text += more;
    });
  });
  await sleep(1000 * afterSeconds);
  const seconds = (performance.now() - beganMs) / 1000;
  await ended(child);
  return { session, lines: text.split("\n").slice(0, -1), seconds };
}

async function ended(child: ChildProcess): Promise<void> {
  const closed = once(child, "close");
  // With whatever it runs under.
  process.kill(-child.pid!, "SIGKILL");
  await closed;
}

/** How many lines of text were shown. */
async function check({ session, lines, seconds }: Killed): Promise<number> {
  const { channels, events } = await readSession(session, { levels: true });
  for (const name of CHANNEL_ORDER) {
    const { endSample = 0 } = channels.find((channel) => channel.name === name) ?? {};
    expect(seconds - endSample / SAMPLE_RATE_HZ, `${session} ${name}`).toBeLessThan(LOST_SECONDS);
  }
  const recorded = new Set(events.map((event) => liveJsonLine(event).trimEnd()));
  const shown = lines.filter((line) => /^{"type":"(confirmed|final)"/.test(line));
  for (const line of shown) expect(recorded).toContain(line);
  return shown.length;
}
