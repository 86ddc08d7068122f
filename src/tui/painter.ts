/** Draws the state of the store on the terminal: at every change, at most as often as the store says, and when the terminal is resized. */

import { traceSpan } from "../tracing.js";
import type { Machine } from "./draw/footer.js";
import { drawScreen, type ScreenSize, textArea } from "./draw/screen.js";
import { ScreenWriter } from "./screen-writer.js";
import type { ViewStore } from "./view-store.js";

/** Memory moves slowly. */
const MACHINE_PERIOD_MS = 2000;
const FALLBACK_SIZE: ScreenSize = { columns: 80, rows: 24 };

export class Painter {
  readonly #store: ViewStore;
  readonly #stdout: NodeJS.WriteStream;
  readonly #writer: ScreenWriter;
  readonly #failed: (error: unknown) => void;
  readonly #unsubscribe: () => void;
  readonly #timer: NodeJS.Timeout;
  #machine: Machine = look();
  #overlay: readonly string[] = [];
  #isClosed = false;

  /** `failed` hears of an exception while the screen was drawn: whoever changed the store is not to blame. */
  constructor(store: ViewStore, stdout: NodeJS.WriteStream, failed: (error: unknown) => void) {
    this.#store = store;
    this.#failed = failed;
    this.#stdout = stdout;
    this.#writer = new ScreenWriter(stdout);
    this.#unsubscribe = store.subscribe(this.paint);
    stdout.on("resize", this.#onResize);
    this.#timer = setInterval(() => {
      this.#machine = look();
      this.paint();
    }, MACHINE_PERIOD_MS);
  }

  get size(): ScreenSize {
    const { columns, rows } = this.#stdout;
    return columns > 0 && rows > 0 ? { columns, rows } : FALLBACK_SIZE;
  }

  /** Lines over the text; none where there is no panel. */
  set overlay(lines: readonly string[]) {
    this.#overlay = lines;
    this.paint();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.#stdout.off("resize", this.#onResize);
    this.#writer.close();
  }

  readonly paint = (): void => {
    if (this.#isClosed) return;
    try {
      const began = performance.now();
      this.#writer.draw(this.#lines());
      traceSpan("output", "render", began);
    } catch (error) {
      this.#failed(error);
    }
  };

  #lines(): string[] {
    const state = this.#store.state();
    const lines = drawScreen(state, this.#machine, this.size);
    if (this.#overlay.length > 0) {
      const { topRow, rows } = textArea(state, this.size);
      for (let row = 0; row < rows; row++) lines[topRow + row] = this.#overlay[row] ?? "";
    }
    return lines;
  }

  readonly #onResize = (): void => {
    this.#writer.forget();
    this.paint();
  };
}

function look(): Machine {
  return { residentBytes: process.memoryUsage.rss() };
}
