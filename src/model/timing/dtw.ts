/** Dynamic time warping: the cheapest way through a matrix. Source: openai/whisper timing.py:57-105 at c0d2f62. */

const DIAGONAL = 0;
const UP = 1;
const LEFT = 2;

/**
 * For each row of `scores` [rows × columns], row-major, the first column of the best path that lies in it: the path leads from
 * the first cell to the last, a step right, down or both at a time, and its sum of scores is the greatest there is (costs are
 * the negated scores). Ties as in the reference: the diagonal where it is strictly cheapest, then up where it is strictly
 * cheapest, else left. Costs are float64: the reference asks for float32, but numba widens them (`float32 array * np.inf`).
 */
export function firstColumns(scores: Float32Array, rows: number, columns: number): Int32Array {
  if (scores.length !== rows * columns) {
    throw new RangeError(`path through ${rows} × ${columns}: got ${scores.length} scores`);
  }
  const steps = new Uint8Array(rows * columns);
  let above = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY);
  let costs = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY);
  above[0] = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let left = Number.POSITIVE_INFINITY;
    costs[0] = left;
    let diagonal = above[0]!;
    for (let column = 0; column < columns; column++) {
      const up = above[column + 1]!;
      let cheapest = left;
      let step = LEFT;
      if (diagonal < up && diagonal < left) {
        cheapest = diagonal;
        step = DIAGONAL;
      } else if (up < diagonal && up < left) {
        cheapest = up;
        step = UP;
      }
      left = cheapest - scores[start + column]!;
      costs[column + 1] = left;
      steps[start + column] = step;
      diagonal = up;
    }
    [above, costs] = [costs, above];
  }
  return walkBack(steps, rows, columns);
}

function walkBack(steps: Uint8Array, rows: number, columns: number): Int32Array {
  const first = new Int32Array(rows);
  let row = rows - 1;
  let column = columns - 1;
  while (row >= 0 && column >= 0) {
    first[row] = column;
    const step = steps[row * columns + column]!;
    if (step !== LEFT) row--;
    if (step !== UP) column--;
  }
  return first;
}
