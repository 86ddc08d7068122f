/** Holds the state of the view for React: events and keys go in, one notification a frame comes out. */
import type { LiveEvent } from "../live-events.js";
import { reduceEvent } from "./reduce-event.js";
import { INITIAL_VIEW_STATE, type ViewState } from "./view-state.js";

/** Frames of a second: text and meters look alive, and a core has better things to do. */
const FRAMES_PER_SECOND = 20;

export class ViewStore {
  #state = INITIAL_VIEW_STATE;
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  /** Drawn with the next frame. */
  tell(event: LiveEvent): void {
    this.#state = reduceEvent(this.#state, event);
    this.#timer ??= setTimeout(() => this.#notify(), 1000 / FRAMES_PER_SECOND);
  }

  /** Drawn at once: who presses a key waits for it. */
  change(reduce: (state: ViewState) => ViewState): void {
    this.#state = reduce(this.#state);
    this.#notify();
  }

  readonly state = (): ViewState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  close(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #notify(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const listener of this.#listeners) listener();
  }
}
