/** What subtitles keep to, after the usual guides of broadcasters and streaming services. */

/** Columns of a line; a full-width character takes two. */
export const LINE_COLUMNS = 42;
export const MAX_LINES = 2;
export const MIN_CUE_MS = 1000;
export const MAX_CUE_MS = 7000;
/** 20 columns a second: what most adults read with ease. */
export const READING_MS_PER_COLUMN = 50;
/** From here on silence is a pause, and a place to end a cue. */
export const PAUSE_MS = 500;
/** No cue reaches over a longer silence: it would tell what is not yet said. */
export const MAX_PAUSE_MS = 2000;
/** A gap between two cues that is shorter than this flickers: the first stays until the second comes. */
export const SHORTEST_GAP_MS = 300;

/** How long a cue should be seen, by its width. */
export function readingMs(columns: number): number {
  return Math.max(MIN_CUE_MS, columns * READING_MS_PER_COLUMN);
}
