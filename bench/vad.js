/**
 * Voice activity detection: Silero on one thread, and beside it onnxruntime with the same file, a frame a call as live audio
 * comes and 64 as a recording is read.
 */
import { packagePath } from "../dist/assets.js";
import { createSession, Tensor } from "../dist/model/ort.js";
import { SILERO_FRAME_SAMPLES, SileroVad } from "../dist/model/silero.js";

const MODEL_FILE = packagePath("models/silero-vad/silero_vad_16k_sequence.onnx");
const FRAMES = 1875;
const SECONDS = 60;
const ROUNDS = 5;

/** The best of five rounds of a minute. `msPerSecondOfAudio` is of mubbles, the ratios are its part of onnxruntime's time. */
export async function benchVad() {
  const vad = await SileroVad.load();
  const session = await createSession(MODEL_FILE, { threads: 1 });
  const samples = swellingNoise(FRAMES * SILERO_FRAME_SAMPLES);
  const out = new Float32Array(FRAMES);
  const runs = {
    own: async () => vad.process(samples, out),
    onnxruntimeLive: () => runOnnxruntime(session, 1),
    onnxruntimeFile: () => runOnnxruntime(session, 64),
  };
  /** @type {Record<string, number>} */
  const bestMs = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(runs)) {
      const began = performance.now();
      await run();
      bestMs[name] = Math.min(bestMs[name] ?? Number.POSITIVE_INFINITY, performance.now() - began);
    }
  }
  vad.free();
  await session.release();
  return {
    msPerSecondOfAudio: bestMs.own / SECONDS,
    ratioToOnnxruntimeLive: bestMs.own / bestMs.onnxruntimeLive,
    ratioToOnnxruntimeFile: bestMs.own / bestMs.onnxruntimeFile,
  };
}

/** A minute; what is in the frames makes no difference to the time. */
async function runOnnxruntime(session, framesPerCall) {
  const width = 576;
  const input = new Tensor("float32", new Float32Array(framesPerCall * width), [framesPerCall, width]);
  let h = new Tensor("float32", new Float32Array(128), [1, 1, 128]);
  let c = h;
  for (let frame = 0; frame < FRAMES; frame += framesPerCall) {
    ({ hn: h, cn: c } = await session.run({ input, h, c }));
  }
}

/** Noise that comes and goes four times a second, like syllables. */
function swellingNoise(length) {
  return Float32Array.from({ length }, (_, i) => {
    const swell = Math.sin((Math.PI * 4 * i) / 16_000) ** 2;
    return 0.1 * swell * (Math.random() * 2 - 1);
  });
}
