/** An engine that is there when it is needed, in a process of its own: it gives its memory back while nobody speaks. */
import type { EngineState } from "../../live-events.js";
import { Engine, type EngineOptions } from "../../model/engine.js";
import type { ListenOptions } from "./listen-options.js";

export interface EngineLease {
  readonly engine: Engine;
  /** The channel as the engine knows it: its language is remembered. */
  recording(channel: number): number;
}

export class EngineHost {
  readonly #options: EngineOptions;
  readonly #onState: (state: EngineState) => void;
  #lease: Promise<EngineLease> | undefined;
  #closed: Promise<void> = Promise.resolve();
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

  /** What is under way is given up. Resolves when the memory is free again. */
  release(): Promise<void> {
    const lease = this.#lease;
    if (lease === undefined) return this.#closed;
    this.#lease = undefined;
    this.#change("released");
    this.#closed = lease.then(
      ({ engine }) => engine.close(),
      () => {},
    );
    return this.#closed;
  }

  async #load(): Promise<EngineLease> {
    // Never two of them in memory.
    await this.#closed;
    this.#change("loading");
    const engine = await Engine.start({ ...this.#options, isIsolated: true });
    this.#loadSeconds += await engine.loaded;
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

/** Hypotheses come from a smaller model where one is named, and only where somebody waits for them. */
export function hostOfPreview(options: ListenOptions, engines: EngineHost): EngineHost {
  const preview = previewEngine(options);
  return preview === undefined || options.speed === "max" ? engines : new EngineHost(preview, () => {});
}

/** The engine of the smaller model; undefined where none is named. */
export function previewEngine({ engine, previewModel }: ListenOptions): EngineOptions | undefined {
  return previewModel === undefined ? undefined : { ...engine, model: previewModel, compute: undefined };
}
