/** Events on their way to a reader that may be slow: text waits for him, what newer news replace does not. */
import type { LiveEvent } from "../../live-events.js";
import { traceCounter } from "../../tracing.js";

/** Beyond this `room` makes the producer wait. */
const MAX_WAITING = 1000;

export class EventQueue implements AsyncIterable<LiveEvent> {
  readonly #waiting: LiveEvent[] = [];
  #isClosed = false;
  #onNews: (() => void) | undefined;
  #onRoom: (() => void)[] = [];

  push(event: LiveEvent): void {
    const stale = this.#waiting.findIndex((waiting) => replaces(event, waiting));
    if (stale >= 0) this.#waiting.splice(stale, 1);
    this.#waiting.push(event);
    traceCounter("output", "events waiting", this.#waiting.length);
    this.#onNews?.();
  }

  /** Resolves when the reader has caught up so far that there is room for more. */
  async room(): Promise<void> {
    while (this.#waiting.length >= MAX_WAITING && !this.#isClosed) {
      await new Promise<void>((resolve) => this.#onRoom.push(resolve));
    }
  }

  /** Nothing comes after what waits. */
  close(): void {
    this.#isClosed = true;
    this.#onNews?.();
    this.#makeRoom();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LiveEvent> {
    for (;;) {
      const event = this.#waiting.shift();
      if (event !== undefined) {
        traceCounter("output", "events waiting", this.#waiting.length);
        if (this.#waiting.length < MAX_WAITING) this.#makeRoom();
        yield event;
      } else if (this.#isClosed) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#onNews = resolve;
        });
      }
    }
  }

  #makeRoom(): void {
    for (const resolve of this.#onRoom.splice(0)) resolve();
  }
}

/** Whether who reads `event` need not know the older one. */
function replaces(event: LiveEvent, older: LiveEvent): boolean {
  if (event.type === "level") return older.type === "level" && older.channel === event.channel;
  if (event.type === "partial") return older.type === "partial" && older.utterance === event.utterance;
  if (event.type !== "status" || !("engine" in event)) return false;
  if (older.type !== "status" || !("engine" in older)) return false;
  return older.engine === event.engine && older.load === event.load;
}
