/** Where somebody reads who has scrolled back. The text stays where it is while new text comes below. */
export interface ScrollPosition {
  /** Lines above the newest text at the moment of scrolling. */
  readonly lines: number;
  /** Lines that were above the screen then, when the newest text was shown. */
  readonly hiddenLines: number;
}

/** How many lines it is above the newest text now that `hiddenLines` are above the screen; 0 where that is followed. */
export function linesBack(position: ScrollPosition | undefined, hiddenLines: number): number {
  if (position === undefined) return 0;
  return Math.min(hiddenLines, Math.max(0, position.lines + hiddenLines - position.hiddenLines));
}
