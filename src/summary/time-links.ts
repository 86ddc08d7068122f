/** The times that minutes name, as links into the report, and which of them the meeting does not have. Pure. */
import type { Segment } from "../transcript.js";

/** "[12:03]", also several with commas or dashes between them; an address behind it belongs to a link that the model made. */
const TIMES = /\[(?:(?:\d+:)?\d{1,2}:\d{2}[,;–—\s-]*)+\](?:\([^)\s]*\))?/g;
const TIME = /(?:(\d+):)?(\d{1,2}):(\d{2})/g;
/** Behind "[" comes a time, or none within so many characters. */
const LONGEST_HELD = 60;
/** Models round. */
const TOLERANCE_SECONDS = 2;
const IS_POINT = /^\s*(?:[-*•]|\d+\.)\s/;

export class TimeLinks {
  readonly #segments: readonly Pick<Segment, "startSeconds" | "endSeconds">[];
  readonly #target: string | undefined;
  /** Text that may be the beginning of a time. */
  #held = "";
  #line = "";
  #lineHasTime = false;
  /** Points without a time that is in the meeting. */
  unsupportedPoints = 0;
  /** Times at which nobody speaks; they are marked with "?". */
  unknownTimes = 0;

  /** `target`: address of the report; without one times stay as they are. */
  constructor(segments: readonly Pick<Segment, "startSeconds" | "endSeconds">[], target: string | undefined) {
    this.#segments = segments;
    this.#target = target;
  }

  /** The next piece of the minutes; returns what of them can be shown. */
  push(text: string): string {
    const all = this.#held + text;
    // A link's address, which is replaced, may come in the next piece.
    const open = all.lastIndexOf("[");
    const isOpen =
      open >= 0 && all.length - open <= LONGEST_HELD && /^\[[^\]]*(?:\](?:\([^)]*)?)?$/.test(all.slice(open));
    this.#held = isOpen ? all.slice(open) : "";
    return this.#show(isOpen ? all.slice(0, open) : all);
  }

  /** There is no more: the rest. */
  end(): string {
    const rest = this.#show(this.#held);
    this.#held = "";
    this.#endLine();
    return rest;
  }

  #show(text: string): string {
    return text
      .split(/(?<=\n)/)
      .map((part) => {
        const shown = part.replaceAll(TIMES, (times) => this.#link(times));
        this.#line += part;
        if (part.endsWith("\n")) this.#endLine();
        return shown;
      })
      .join("");
  }

  #link(times: string): string {
    const found = [...times.matchAll(TIME)];
    return found
      .map(([clock, hours = "0", minutes, seconds]) => {
        const at = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
        if (!this.#isSpokenAt(at)) {
          this.unknownTimes++;
          return `[${clock}?]`;
        }
        this.#lineHasTime = true;
        return this.#target === undefined ? `[${clock}]` : `[${clock}](${this.#target}#t=${at})`;
      })
      .join(" ");
  }

  #isSpokenAt(seconds: number): boolean {
    return this.#segments.some(
      ({ startSeconds, endSeconds }) =>
        seconds >= startSeconds - TOLERANCE_SECONDS && seconds <= endSeconds + TOLERANCE_SECONDS,
    );
  }

  #endLine(): void {
    if (IS_POINT.test(this.#line) && !this.#lineHasTime) this.unsupportedPoints++;
    this.#line = "";
    this.#lineHasTime = false;
  }
}
