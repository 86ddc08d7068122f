import { afterEach, expect, test } from "vitest";
import { seededRandom } from "../../../src/model/decoding/sampling.js";
import { ChannelMel } from "../../../src/pipeline/live/channel-mel.js";

const FRAME = 512;
const FRAMES = 60;
const MUTED_FRAME = 30;
const END = FRAMES * FRAME;

const mels: ChannelMel[] = [];
afterEach(() => {
  for (const mel of mels.splice(0)) mel.free();
});

test("what was muted stays silent when what was heard around it turns out to be otherwise", () => {
  const first = noiseFrames(1);
  const better = noiseFrames(2);
  const isMuted = (i: number) => i === MUTED_FRAME;
  const mel = listened(first, isMuted);
  mel.revise(better);
  const expected = listened(
    first.map((frame, i) => (i > MUTED_FRAME ? better[i]! : frame)),
    isMuted,
  );
  const border = (MUTED_FRAME + 1) * FRAME;
  expect(mel.columns(0, border - FRAME)).toEqual(expected.columns(0, border - FRAME));
  const after = Math.ceil((border + FRAME) / 160) * 160;
  expect(mel.columns(after, END)).toEqual(expected.columns(after, END));
});

test("the columns of both models are made anew", () => {
  const better = noiseFrames(2);
  const mel = listened(noiseFrames(1), () => false);
  mel.revise(better);
  const expected = listened(better, () => false);
  expect(mel.columns(0, END)).toEqual(expected.columns(0, END));
  expect(mel.columns(0, END, true)).toEqual(expected.columns(0, END, true));
  expect(mel.heard(END)).toEqual(expected.heard(END));
});

function listened(frames: readonly Float32Array[], isMuted: (frame: number) => boolean): ChannelMel {
  const mel = new ChannelMel(80, 128);
  mels.push(mel);
  for (const [i, frame] of frames.entries()) {
    mel.push(isMuted(i) ? new Float32Array(FRAME) : frame, isMuted(i));
  }
  return mel;
}

function noiseFrames(seed: number): Float32Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: FRAMES }, () => Float32Array.from({ length: FRAME }, () => random() - 0.5));
}
