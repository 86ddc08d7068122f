/** What standard error says while somebody listens: devices, problems, and how the machine keeps up. */
import type { LiveEvent, LoadLevel } from "../live-events.js";
import { note, reportError } from "./messages.js";

const LOAD_NOTES: Readonly<Record<LoadLevel, string>> = {
  normal: "the machine keeps up again: partial text comes as often as before",
  "fewer-partials": "the machine is too slow for all: partial text comes less often",
  "greedy-finals": "the machine is too slow for all: final text is decoded greedily",
};

export class LiveNotes {
  readonly #talkative: boolean;
  readonly #quiet: boolean;
  #load: LoadLevel = "normal";

  /** `talkative`: devices are named; `quiet`: nothing but warnings and errors. */
  constructor({ talkative, quiet }: { readonly talkative: boolean; readonly quiet: boolean }) {
    this.#talkative = talkative;
    this.#quiet = quiet;
  }

  tell(event: LiveEvent): void {
    switch (event.type) {
      case "warning":
      case "error":
        reportError(event);
        return;
      case "session":
        if (!this.#talkative) return;
        for (const { channel, device, backend, sampleRateHz, channels } of event.channels)
          note(`${channel}: listening to ${device} (${backend}, ${sampleRateHz} Hz, ${channels} channels)`);
        return;
      case "status":
        if ("engine" in event) this.#tellLoad(event.load);
        else if ("capture" in event && this.#talkative && event.capture !== "open")
          note(`${event.channel}: ${event.device}: ${event.capture}`);
    }
  }

  #tellLoad(load: LoadLevel): void {
    if (load !== this.#load && !this.#quiet) note(LOAD_NOTES[load]);
    this.#load = load;
  }
}
