/** The VU meter: RMS as a bar, the held peak as a stroke, the threshold as a mark. */
import { palette } from "./palette.js";
import { StyledLine } from "./styled-line.js";

/** What lies below is drawn as silence. */
const FLOOR_DBFS = -60;
/** From here on the bar is yellow, and from CLIPPED_DBFS on red. */
const HIGH_DBFS = -12;
const CLIPPED_DBFS = -1;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

interface MeterReading {
  readonly rmsDbfs: number;
  readonly heldPeakDbfs: number;
  /** Part of full scale. */
  readonly threshold: number;
}

/** `width` cells. */
export function drawMeter({ rmsDbfs, heldPeakDbfs, threshold }: MeterReading, width: number): string {
  if (width < 1) return "";
  const filled = Math.round(positionOf(rmsDbfs) * width * 8);
  const held = cellOf(heldPeakDbfs, width);
  const mark = threshold > 0 ? cellOf(20 * Math.log10(threshold), width) : -1;
  const line = new StyledLine();
  for (let cell = 0; cell < width; cell++) {
    const colour = colourOf(FLOOR_DBFS + ((cell + 0.5) / width) * -FLOOR_DBFS);
    const eighths = Math.min(8, Math.max(0, filled - 8 * cell));
    if (cell === held && eighths < 8 && heldPeakDbfs > FLOOR_DBFS) line.add(colour, "│");
    else if (cell === mark) line.add(eighths < 8 ? palette.quiet : colour, "┊");
    else if (eighths === 0) line.add(palette.meterEmpty, "·");
    else line.add(colour, eighths === 8 ? "█" : EIGHTHS[eighths]!);
  }
  return line.toString();
}

/** "-23 dB", seven cells wide; silence has no number. */
export function drawDecibels(dbfs: number): string {
  return (dbfs <= FLOOR_DBFS ? "  -∞ dB" : `${Math.round(dbfs)} dB`.padStart(7)).slice(-7);
}

function positionOf(dbfs: number): number {
  return Math.min(1, Math.max(0, 1 - dbfs / FLOOR_DBFS));
}

function cellOf(dbfs: number, width: number): number {
  return Math.min(width - 1, Math.floor(positionOf(dbfs) * width));
}

function colourOf(dbfs: number): (text: string) => string {
  if (dbfs >= CLIPPED_DBFS - 1) return palette.meterClipped;
  return dbfs >= HIGH_DBFS ? palette.meterHigh : palette.meterLow;
}
