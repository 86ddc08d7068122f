/**
 * Whole frames in, as few bytes to the terminal as will do: only lines that changed are written, each at its place, and a terminal that
 * can shows them all at once. Ink's own incremental mode (6.8) loses a line where the output does not fill the screen, and
 * clears the screen for every frame where it does.
 */
import { EventEmitter } from "node:events";

const BEGIN_SYNCHRONIZED = "\u001b[?2026h";
const END_SYNCHRONIZED = "\u001b[?2026l";
const CLEAR_SCREEN = "\u001b[2J";
const CLEAR_TO_END_OF_LINE = "\u001b[K";
const RESET_STYLE = "\u001b[0m";

/** A terminal for Ink that writes to a real one. */
export class FrameWriter extends EventEmitter {
  readonly isTTY = true;
  readonly writable = true;
  readonly #stdout: NodeJS.WriteStream;
  #lines: readonly string[] = [];
  /** The terminal has not read the last frame yet: the newest one waits, those between are never written. */
  #isBusy = false;
  #pending: string | undefined;
  /** Bytes and frames written so far, for who measures. */
  bytes = 0;
  frames = 0;

  constructor(stdout: NodeJS.WriteStream) {
    super();
    this.#stdout = stdout;
    stdout.on("resize", this.#onResize);
  }

  get columns(): number {
    return this.#stdout.columns || 80;
  }

  get rows(): number {
    return this.#stdout.rows || 24;
  }

  /** Ink calls it with a whole frame. */
  write(frame: string): boolean {
    if (this.#isBusy) this.#pending = frame;
    else this.#draw(frame);
    return true;
  }

  close(): void {
    this.#pending = undefined;
    this.#stdout.off("resize", this.#onResize);
  }

  readonly #onResize = (): void => {
    // What the terminal made of the old lines is unknown: all of them are written again.
    this.#lines = [];
    this.emit("resize");
  };

  #draw(frame: string): void {
    const lines = frame.split("\n").slice(0, this.rows);
    const isFresh = this.#lines.length !== lines.length;
    let changes = isFresh ? CLEAR_SCREEN : "";
    for (const [row, line] of lines.entries()) {
      if (!isFresh && line === this.#lines[row]) continue;
      changes += `\u001b[${row + 1};1H${line}${RESET_STYLE}${CLEAR_TO_END_OF_LINE}`;
    }
    this.#lines = lines;
    if (changes === "") return;
    const text = BEGIN_SYNCHRONIZED + changes + END_SYNCHRONIZED;
    this.bytes += Buffer.byteLength(text);
    this.frames++;
    this.#isBusy = !this.#stdout.write(text);
    if (this.#isBusy) this.#stdout.once("drain", this.#onDrain);
  }

  readonly #onDrain = (): void => {
    this.#isBusy = false;
    const frame = this.#pending;
    this.#pending = undefined;
    if (frame !== undefined) this.#draw(frame);
  };
}
