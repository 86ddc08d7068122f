/**
 * Whisper base int8: load, encoder, decoder step with 1, 5 and 20 rows (one window greedy, one and four windows with 5
 * beams), memory. In a process of its own, so that the memory is the model's.
 *
 *     node bench/model.js [threads] [folder of another converted model] [accelerator]
 */
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { argv, execPath, memoryUsage, stdout } from "node:process";
import { fileURLToPath } from "node:url";

const SELF = fileURLToPath(import.meta.url);
const EMBEDDED = fileURLToPath(new URL("../models/whisper-base-int8", import.meta.url));
const WINDOWS = 4;
const BEAMS = 5;
/** Tokens in the caches before the first step that is timed: the middle of an ordinary window. */
const PAST_TOKENS = 50;
const ENCODER_RUNS = 7;
const STEP_RUNS = 31;
/** What a transcript of 7 s holds, run at once as the alignment of words does. */
const TEXT_TOKENS = 27;
const FIRST_TEXT_TOKEN = 1000;
const ANY_TOKEN = { textAllowed: true, specialAllowed: true, timestampLow: 0, timestampHigh: 1500 };

/** Medians in milliseconds, the fastest run under `best`; memory when the model is loaded and when all has run. */
export async function benchModel({ threads, model = EMBEDDED, device = "cpu" }) {
  const child = spawnSync(execPath, [SELF, String(threads), model, device], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.status !== 0) throw new Error("the benchmark of the model failed");
  return JSON.parse(child.stdout);
}

async function measure(threads, model, device) {
  const { acceleratorOf } = await import("../dist/model/compute-device.js");
  const { CrossCache } = await import("../dist/model/cross-cache.js");
  const { SelfCache } = await import("../dist/model/self-cache.js");
  const { WhisperRuntime } = await import("../dist/model/whisper-runtime.js");
  const began = performance.now();
  const runtime = await WhisperRuntime.load(model, threads, { accelerator: acceleratorOf(device) });
  const loadMs = performance.now() - began;
  const loadedMb = memoryUsage.rss() / 1e6;
  const { config } = runtime;
  const cross = new CrossCache(config, WINDOWS, runtime.crossStorage);
  const mel = Float32Array.from({ length: config.nMels * 3000 }, (_, i) => Math.sin(i) * 0.5);
  const encoder = await timed(ENCODER_RUNS, (run) => runtime.encode(mel.slice(), cross, run % WINDOWS));

  const mask = new Float32Array(config.vocabularySize);
  const step = (cache, rows, count) =>
    runtime.step({
      rows: Array.from({ length: rows }, (_, row) => ({
        newTokens: Array.from({ length: count }, (_, i) => FIRST_TEXT_TOKEN + row + i),
        constraint: ANY_TOKEN,
      })),
      cross: cross.first(cache.windows),
      cache,
      firstWindow: 0,
      mask,
      topK: BEAMS + 1,
      logitIndex: [count - 1],
      wantLogits: false,
    });
  const timedStep = async (rows, windows) => {
    const cache = new SelfCache(config, windows, runtime.crossStorage);
    // As in a real window, the rows have most of their tokens in common.
    await step(cache, windows, PAST_TOKENS);
    for (let window = 0; window < windows; window++) {
      for (let row = 1; row < rows / windows; row++) cache.copyRow(window, 0, row);
    }
    return timed(STEP_RUNS, () => step(cache, rows, 1));
  };
  const step1 = await timedStep(1, 1);
  const step5 = await timedStep(BEAMS, 1);
  const step20 = await timedStep(WINDOWS * BEAMS, WINDOWS);
  const text = new SelfCache(config, 1, runtime.crossStorage);
  const textAtOnce = await timed(ENCODER_RUNS, () => {
    text.clear(0);
    return step(text, 1, TEXT_TOKENS);
  });
  const residentMb = memoryUsage.rss() / 1e6;
  await runtime.release();

  const medians = {
    encoderMs: encoder,
    step1Ms: step1,
    step5Ms: step5,
    step20Ms: step20,
    textTokensAtOnceMs: textAtOnce,
  };
  const pick = (which) =>
    Object.fromEntries(Object.entries(medians).map(([name, times]) => [name, times[which]]));
  return { loadMs, loadedMb, ...pick("medianMs"), best: pick("bestMs"), residentMb };
}

async function timed(runs, work) {
  await work(0);
  const times = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await work(run);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { medianMs: times[runs >> 1], bestMs: times[0] };
}

if (argv[1] === SELF) {
  const threads = Number(argv[2] ?? availableParallelism());
  stdout.write(`${JSON.stringify(await measure(threads, argv[3] ?? EMBEDDED, argv[4] ?? "cpu"))}\n`);
}
