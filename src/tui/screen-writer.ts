/**
 * Whole frames in, as few bytes to the terminal as will do: only lines that changed are written, each at its place, and a terminal that
 * can shows them all at once.
 */
const BEGIN_SYNCHRONIZED = "\u001b[?2026h";
const END_SYNCHRONIZED = "\u001b[?2026l";
const CLEAR_SCREEN = "\u001b[2J";
const CLEAR_TO_END_OF_LINE = "\u001b[K";
const RESET_STYLE = "\u001b[0m";

export class ScreenWriter {
  readonly #stdout: NodeJS.WriteStream;
  #lines: readonly string[] = [];
  /** The terminal has not read the last frame yet: the newest one waits, those between are never written. */
  #isBusy = false;
  #pending: readonly string[] | undefined;

  constructor(stdout: NodeJS.WriteStream) {
    this.#stdout = stdout;
  }

  draw(lines: readonly string[]): void {
    if (this.#isBusy) this.#pending = lines;
    else this.#write(lines);
  }

  /** What the terminal shows is unknown, after a resize for one: all lines are written again. */
  forget(): void {
    this.#lines = [];
  }

  close(): void {
    this.#pending = undefined;
    this.#stdout.off("drain", this.#onDrain);
  }

  #write(lines: readonly string[]): void {
    const isFresh = this.#lines.length !== lines.length;
    let changes = isFresh ? CLEAR_SCREEN : "";
    for (const [row, line] of lines.entries()) {
      if (!isFresh && line === this.#lines[row]) continue;
      changes += `\u001b[${row + 1};1H${line}${RESET_STYLE}${CLEAR_TO_END_OF_LINE}`;
    }
    this.#lines = lines;
    if (changes === "") return;
    this.#isBusy = !this.#stdout.write(BEGIN_SYNCHRONIZED + changes + END_SYNCHRONIZED);
    if (this.#isBusy) this.#stdout.once("drain", this.#onDrain);
  }

  readonly #onDrain = (): void => {
    this.#isBusy = false;
    const lines = this.#pending;
    this.#pending = undefined;
    if (lines !== undefined) this.#write(lines);
  };
}
