/** openChannelAudio("-") in a process of its own, whose standard input the test writes. Runs what the build made. */
import type { Speed } from "../../../../src/audio/capture/session-clock.js";
import type { RawFormat } from "../../../../src/audio/raw-format.js";
import { type Child, runInChild } from "../../child.js";

interface ChildOptions {
  readonly speed: Speed;
  readonly raw?: RawFormat;
  /** After this many chunks "close" the channel, or "abort" its signal. */
  readonly stop?: { readonly afterChunks: number; readonly how: "close" | "abort" };
}

interface ChildResult {
  /** Lengths of the runs of samples that are silence and of those that are not, in turn, silence first. */
  readonly runs: readonly number[];
  readonly notices: readonly string[];
  /** Of the error, where there was one. */
  readonly code?: string;
}

const dist = (path: string) => new URL(`../../../../dist/audio/capture/${path}.js`, import.meta.url).href;

const PROGRAM = `
import { openChannelAudio } from "${dist("open-channel")}";
import { createSessionClock } from "${dist("session-clock")}";
const { speed, raw, stop } = JSON.parse(process.argv[1]);
const aborter = new AbortController();
const result = { runs: [0], notices: [] };
const clock = createSessionClock(speed);
const onNotice = ({ type, state, error }) => result.notices.push(state ?? error.code);
try {
  const audio = await openChannelAudio({ channel: "mic", device: "-", raw, clock, onNotice, signal: aborter.signal });
  clock.start();
  let chunks = 0;
  for await (const chunk of audio.stream) {
    for (const sample of chunk) {
      const isSilence = result.runs.length % 2 === 1;
      if ((sample === 0) === isSilence) result.runs[result.runs.length - 1]++;
      else result.runs.push(1);
    }
    if (++chunks !== stop?.afterChunks) continue;
    process.stderr.write("stopped");
    if (stop.how === "abort") aborter.abort();
    else audio.close();
  }
} catch (thrown) {
  result.code = thrown.code ?? thrown.name;
}
process.stdout.write(JSON.stringify(result));
`;

export function listenToStdinInChild(options: ChildOptions): Child<ChildResult> {
  return runInChild(PROGRAM, options);
}
