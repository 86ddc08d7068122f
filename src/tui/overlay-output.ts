/**
 * What Ink takes for its terminal. Ink draws what keys change, the panels; their lines go over the text. What moves twenty times a
 * second goes past it: a full screen through Ink took 26 to 64 % of a core at 80×24 to 200×60, past it 2 to 4.
 */
import { EventEmitter } from "node:events";

export class OverlayOutput extends EventEmitter {
  readonly isTTY = true;
  readonly writable = true;
  readonly #stdout: NodeJS.WriteStream;
  readonly #show: (lines: readonly string[]) => void;
  #frame = "";

  constructor(stdout: NodeJS.WriteStream, show: (lines: readonly string[]) => void) {
    super();
    this.#stdout = stdout;
    this.#show = show;
    stdout.on("resize", this.#onResize);
  }

  get columns(): number {
    return this.#stdout.columns;
  }

  get rows(): number {
    return this.#stdout.rows;
  }

  /** Ink calls it with a whole frame. */
  write(frame: string): boolean {
    if (frame !== this.#frame) this.#show(frame.trim() === "" ? [] : frame.split("\n"));
    this.#frame = frame;
    return true;
  }

  close(): void {
    this.#stdout.off("resize", this.#onResize);
  }

  readonly #onResize = (): void => {
    this.emit("resize");
  };
}
