/** The progress line on a terminal: where we are, how fast, how long it will take. */
import ora, { type Ora } from "ora";
import { formatClock } from "../output/clock.js";

interface FileLabel {
  readonly name: string;
  /** 1, 2 … */
  readonly number: number;
  readonly count: number;
}

/** A spinner on standard error, or undefined where none can be shown. */
export function createSpinner(): Ora | undefined {
  // A terminal that says it is 0 columns wide makes ora clear infinitely many lines.
  if (!process.stderr.isTTY || process.stderr.columns === 0) return undefined;
  // Standard input stays with the program: it may be the media, and Ctrl-C must stay a signal.
  return ora({ stream: process.stderr, isEnabled: true, discardStdin: false });
}

export class Progress {
  readonly #spinner: Ora | undefined;
  #label = "";
  /** That still loads. */
  #model: string | undefined;
  #startedMs = 0;

  constructor(enabled: boolean) {
    this.#spinner = enabled ? createSpinner() : undefined;
  }

  /** Says so until `loaded` is settled, beside the file that is read meanwhile. */
  loading(model: string, loaded: Promise<unknown>): void {
    this.#model = model;
    this.#begin();
    const end = () => {
      if (this.#model === undefined) return;
      this.#model = undefined;
      this.#begin();
    };
    loaded.then(end, end);
  }

  file({ name, number, count }: FileLabel): void {
    this.#label = count > 1 ? `${name} (${number} of ${count})` : name;
    this.#startedMs = performance.now();
    this.#begin();
  }

  update(positionSeconds: number, durationSeconds: number | undefined): void {
    this.#model = undefined;
    if (this.#spinner === undefined) return;
    const elapsedSeconds = (performance.now() - this.#startedMs) / 1000;
    this.#spinner.text = progressText(this.#label, positionSeconds, durationSeconds, elapsedSeconds);
  }

  /** Takes the line away. */
  stop(): void {
    this.#model = undefined;
    this.#spinner?.stop();
  }

  #begin(): void {
    const loading = this.#model === undefined ? [] : [`loading model ${this.#model}`];
    this.#spinner?.start([this.#label, ...loading].filter(Boolean).join(" · "));
  }
}

/** "talk.mp4 · 1:02 of 45:10 · 12.3× real time · 3:35 left" */
export function progressText(
  label: string,
  positionSeconds: number,
  durationSeconds: number | undefined,
  elapsedSeconds: number,
): string {
  const parts = [label, formatClock(positionSeconds)];
  if (durationSeconds !== undefined) parts[1] += ` of ${formatClock(durationSeconds)}`;
  if (positionSeconds > 0 && elapsedSeconds > 0) {
    const speed = positionSeconds / elapsedSeconds;
    parts.push(`${speed.toFixed(1)}× real time`);
    if (durationSeconds !== undefined) {
      parts.push(`${formatClock(Math.max(0, durationSeconds - positionSeconds) / speed)} left`);
    }
  }
  return parts.join(" · ");
}
