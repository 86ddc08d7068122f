/**
 * Voice activity detection: Silero on one thread, as files are read (many frames a call) and as live audio
 * comes (one).
 */
import { SILERO_FRAME_SAMPLES, SileroVad } from "../dist/model/silero.js";

const SAMPLE_RATE_HZ = 16_000;
const AUDIO_SECONDS = 60;
const FRAMES_PER_CALL = [1, 8, 16, 32, 64, 128, 256];
const ROUNDS = 3;

/**
 * The best of three rounds for each number of frames a call. The figures on top are those of file mode (64
 * frames); `realTimeFactor` is seconds of compute per second of audio.
 */
export async function benchVad() {
  const vad = await SileroVad.load();
  const samples = swellingNoise(AUDIO_SECONDS * SAMPLE_RATE_HZ);
  const out = new Float32Array(samples.length / SILERO_FRAME_SAMPLES);
  const byFramesPerCall = {};
  for (const framesPerCall of FRAMES_PER_CALL) {
    let bestMs = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round++) {
      vad.reset();
      const start = performance.now();
      await processInCalls(vad, samples, out, framesPerCall);
      bestMs = Math.min(bestMs, performance.now() - start);
    }
    byFramesPerCall[framesPerCall] = bestMs / AUDIO_SECONDS;
  }
  await vad.release();
  const msPerSecondOfAudio = byFramesPerCall[64];
  return { realTimeFactor: msPerSecondOfAudio / 1000, msPerSecondOfAudio, byFramesPerCall };
}

async function processInCalls(vad, samples, out, framesPerCall) {
  const samplesPerCall = framesPerCall * SILERO_FRAME_SAMPLES;
  for (let start = 0; start < samples.length; start += samplesPerCall) {
    await vad.process(samples.subarray(start, start + samplesPerCall), out);
  }
}

/**
 * Noise that comes and goes four times a second, like syllables; what it is makes no difference to the time.
 */
function swellingNoise(length) {
  return Float32Array.from({ length }, (_, i) => {
    const swell = Math.sin((Math.PI * 4 * i) / SAMPLE_RATE_HZ) ** 2;
    return 0.1 * swell * (Math.random() * 2 - 1);
  });
}
