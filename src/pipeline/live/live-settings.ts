/** What can be changed while somebody listens, as it is now. Text is decoded by what held when its utterance began. */
import type { ChannelName, LiveCommand } from "../../live-events.js";
import type { DecodingOptions } from "../../model/decoding-options.js";
import type { ListenOptions } from "./listen-options.js";

export class LiveSettings {
  #decoding: DecodingOptions;
  #threshold: number;
  readonly #muted = new Set<ChannelName>();
  readonly #paused = new Set<ChannelName>();
  /** Told of every command once it holds. */
  onCommand: (command: LiveCommand) => void = () => {};

  constructor({ decoding, threshold }: Pick<ListenOptions, "decoding" | "threshold">) {
    this.#decoding = decoding;
    this.#threshold = threshold;
  }

  get decoding(): DecodingOptions {
    return this.#decoding;
  }

  get threshold(): number {
    return this.#threshold;
  }

  isMuted(channel: ChannelName): boolean {
    return this.#muted.has(channel);
  }

  isPaused(channel: ChannelName): boolean {
    return this.#paused.has(channel);
  }

  apply(command: LiveCommand): void {
    switch (command.type) {
      case "mute":
        put(this.#muted, command.channel, command.on);
        break;
      case "pause":
        put(this.#paused, command.channel, command.on);
        break;
      case "beam-size":
        this.#decoding = { ...this.#decoding, beamSize: command.beamSize };
        break;
      case "language":
        this.#decoding = { ...this.#decoding, language: command.language };
        break;
      case "task":
        this.#decoding = { ...this.#decoding, task: command.task };
        break;
      case "threshold":
        this.#threshold = command.threshold;
        break;
      case "device":
      case "mark":
        break;
    }
    this.onCommand(command);
  }
}

function put<T>(set: Set<T>, value: T, isIn: boolean): void {
  if (isIn) set.add(value);
  else set.delete(value);
}
