/** The embedded model transcribes the embedded sample: does it load, is the text right, and how fast is it here? */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { packagePath } from "../../assets.js";
import { EXIT, MubblesError } from "../../errors.js";
import type { Timings } from "../../events.js";
import { Engine } from "../../model/engine.js";
import { keepMeasuredSpeed } from "../../model/measured-speed.js";
import { transcribeSample } from "../sample.js";
import type { Check, Finding } from "./check.js";

export const selfTest: Check = {
  title: "self-test",
  limitSeconds: 120,
  failsAs: "error",
  run: testSample,
};

const TRANSCRIPT = packagePath("samples/austen.txt");
/** Of the transcript's words; base misses one in thirty. */
const LEAST_RIGHT = 0.8;
/** Listening needs time for partial texts beside the final one, of two channels. */
const LIVE_SPEED = 4;

async function testSample(signal: AbortSignal): Promise<Finding[]> {
  // In a process of its own: what crashes there is told here.
  const engine = await Engine.start({
    model: "base",
    compute: undefined,
    threads: undefined,
    encodesAhead: true,
    isIsolated: true,
  });
  const loadSeconds = await engine.loaded;
  const load: Finding = {
    name: "load",
    status: "ok",
    text: `base in ${loadSeconds.toFixed(2)} s`,
    facts: { model: "base", loadSeconds },
  };
  try {
    const { text, timings } = await transcribeSample(engine, signal);
    const { audioSeconds, totalSeconds } = timings;
    await keepMeasuredSpeed({ speed: audioSeconds / totalSeconds, threads: availableParallelism() });
    return [load, judgeText(text), judgeSpeed(timings)];
  } catch (thrown) {
    if (!(thrown instanceof MubblesError) || thrown.code !== "INPUT_NO_DECODER") throw thrown;
    return [
      load,
      { name: "text", status: "warning", text: "not tried: no decoder for it", hint: thrown.hint },
    ];
  } finally {
    await engine.close();
  }
}

function judgeText(text: string): Finding {
  const wanted = wordsOf(readFileSync(TRANSCRIPT, "utf8"));
  const found = new Set(wordsOf(text));
  const share = wanted.filter((word) => found.has(word)).length / wanted.length;
  const facts = { rightWords: share };
  const percent = `${Math.round(share * 100)} % of the sample's words are right`;
  if (share >= LEAST_RIGHT) return { name: "text", status: "ok", text: percent, facts };
  const hint = "reinstall mubbles; if that does not help please report it, with `mubbles doctor --json`";
  return { name: "text", status: "error", text: percent, hint, exitCode: EXIT.model, facts };
}

function judgeSpeed({ totalSeconds, audioSeconds }: Timings): Finding {
  const realTimeFactor = totalSeconds / audioSeconds;
  const speed = audioSeconds / totalSeconds;
  const facts = { audioSeconds, decodeSeconds: totalSeconds, realTimeFactor };
  const text = `${audioSeconds.toFixed(1)} s of speech in ${totalSeconds.toFixed(1)} s, ${speed.toFixed(1)}× real time (factor ${realTimeFactor.toFixed(2)})`;
  if (speed >= LIVE_SPEED) return { name: "speed", status: "ok", text, facts };
  const hint =
    "live text will lag: close other programs, or give `mubbles listen` one channel and --beam-size 1";
  return { name: "speed", status: "warning", text, hint, facts };
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z']+/g) ?? [];
}
