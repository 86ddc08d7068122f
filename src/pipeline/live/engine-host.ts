/** An engine that is there when it is needed, and gives its memory back while nobody speaks. */
import type { EngineState } from "../../live-events.js";
import { Engine, type EngineOptions } from "../../model/engine.js";

export interface EngineLease {
  readonly engine: Engine;
  /** The channel as the engine knows it: its language is remembered. */
  recording(channel: number): number;
}

export class EngineHost {
  readonly #options: EngineOptions;
  readonly #onState: (state: EngineState) => void;
  #lease: Promise<EngineLease> | undefined;
  #state: EngineState = "released";
  #loadSeconds = 0;

  constructor(options: EngineOptions, onState: (state: EngineState) => void) {
    this.#options = options;
    this.#onState = onState;
  }

  get state(): EngineState {
    return this.#state;
  }

  /** Spent on loading so far, each time. */
  get loadSeconds(): number {
    return this.#loadSeconds;
  }

  /** Loads the model where it is not there. Throws what Engine.start throws. */
  lease(): Promise<EngineLease> {
    this.#lease ??= this.#load();
    return this.#lease;
  }

  /** Nothing may be under way. */
  async release(): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    if (lease === undefined) return;
    const loaded = await lease.catch(() => undefined);
    await loaded?.engine.close();
    if (this.#lease === undefined) this.#change("released");
  }

  async #load(): Promise<EngineLease> {
    this.#change("loading");
    const engine = await Engine.start(this.#options);
    this.#loadSeconds += engine.loadSeconds;
    this.#change("ready");
    const recordings = new Map<number, number>();
    const recording = (channel: number) => {
      const known = recordings.get(channel) ?? engine.newRecording();
      recordings.set(channel, known);
      return known;
    };
    return { engine, recording };
  }

  #change(state: EngineState): void {
    this.#state = state;
    this.#onState(state);
  }
}
