/** Python's round(): a half goes to the even neighbour. The reference's seeks and beam counts are rounded so. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
