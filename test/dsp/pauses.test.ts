import { expect, test } from "vitest";
import { findPauses, SHORTEST_PAUSE_FRAMES } from "../../src/dsp/pauses.js";

const N_MELS = 80;
const VOICE = -1;
const BACKGROUND = -5;

test("a pause is where it is quiet, to the frame", () => {
  check(
    [
      [50, VOICE],
      [30, BACKGROUND],
      [50, VOICE],
    ],
    [[50, 80]],
  );
});

test("a pause at the start and at the end", () => {
  check(
    [
      [20, BACKGROUND],
      [60, VOICE],
      [40, BACKGROUND],
    ],
    [
      [0, 20],
      [80, 120],
    ],
  );
});

test("a stop's closure is none", () => {
  check(
    [
      [50, VOICE],
      [SHORTEST_PAUSE_FRAMES - 1, BACKGROUND],
      [50, VOICE],
      [SHORTEST_PAUSE_FRAMES, BACKGROUND],
    ],
    [[109, 119]],
  );
});

test("a soft voice is no pause, breath nearer to the background is", () => {
  check(
    [
      [100, VOICE],
      [20, BACKGROUND],
      [30, -3],
      [20, -3.6],
      [30, VOICE],
    ],
    [
      [100, 120],
      [150, 170],
    ],
  );
});

test("the level of the whole does not matter", () => {
  const loud = columnsOf([
    [50, VOICE],
    [30, BACKGROUND],
    [50, VOICE],
  ]);
  expect(
    findPauses(
      loud.map((value) => value - 2),
      N_MELS,
    ),
  ).toEqual(findPauses(loud, N_MELS));
});

test("a weak but wide fricative is voice", () => {
  const columns = columnsOf([
    [60, BACKGROUND],
    [60, BACKGROUND],
  ]);
  // A vowel: strong in the lower bands. A fricative: 20 dB weaker, but in all of them.
  for (let frame = 0; frame < 30; frame++) columns.fill(VOICE + 1, frame * N_MELS, frame * N_MELS + 40);
  columns.fill(VOICE - 1, 30 * N_MELS, 50 * N_MELS);
  expect(spans(columns)).toEqual([[50, 120]]);
});

test("digital silence is as silent as 80 dB below the loudest", () => {
  check(
    [
      [50, VOICE],
      [30, -10],
      [50, VOICE],
    ],
    [[50, 80]],
  );
  check([[40, -10]], []);
});

test("no audio", () => expect(findPauses(new Float32Array(0), N_MELS)).toEqual([]));

type Stretch = [frames: number, level: number];

function check(stretches: Stretch[], expected: [number, number][]): void {
  expect(spans(columnsOf(stretches))).toEqual(expected);
}

function spans(columns: Float32Array): [number, number][] {
  return findPauses(columns, N_MELS).map(({ startFrame, endFrame }) => [startFrame, endFrame]);
}

function columnsOf(stretches: Stretch[]): Float32Array {
  return Float32Array.from(
    stretches.flatMap(([frames, level]) => new Array<number>(frames * N_MELS).fill(level)),
  );
}
