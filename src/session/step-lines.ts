/**
 * Steps (pipeline/live/session-recorder.ts) as lines of JSON. Nearly all of them are frames, two for each 32 ms of a channel: a row of them
 * is one line, `{"frames":"lLmM"}`, small letters for frames that come in, capitals for those that have been heard.
 */
import type { ChannelName } from "../live-events.js";
import type { Step } from "../pipeline/live/session-recorder.js";

const LETTERS: Readonly<Record<ChannelName, string>> = { mic: "m", loopback: "l" };
const FRAMES: Readonly<Record<string, Step>> = Object.fromEntries(
  (["mic", "loopback"] as const).flatMap((channel) => [
    [LETTERS[channel], { step: "frame", channel }],
    [LETTERS[channel].toUpperCase(), { step: "heard", channel }],
  ]),
);
/** A row of frames gets a line at the latest now. */
const MAX_ROW = 1000;

export class StepLines {
  #row = "";

  /** The lines that are complete with this step. */
  add(step: Step): string {
    const letter = letterOf(step);
    if (letter === undefined) return `${this.end()}${JSON.stringify(step)}\n`;
    this.#row += letter;
    return this.#row.length < MAX_ROW ? "" : this.end();
  }

  /** The line of the row so far. */
  end(): string {
    const row = this.#row;
    this.#row = "";
    return row === "" ? "" : `${JSON.stringify({ frames: row })}\n`;
  }
}

/** The steps of a line. */
export function stepsOf(line: string): readonly Step[] {
  const parsed = JSON.parse(line) as Step | { readonly frames: string };
  return "frames" in parsed ? Array.from(parsed.frames, (letter) => FRAMES[letter]!) : [parsed];
}

function letterOf(step: Step): string | undefined {
  if (step.step === "frame") return LETTERS[step.channel];
  if (step.step !== "heard" || step.echo !== undefined) return undefined;
  return LETTERS[step.channel].toUpperCase();
}
