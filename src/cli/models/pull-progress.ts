/** The line on a terminal while a model is downloaded and converted. */
import type { Ora } from "ora";
import type { PullEvent } from "../../model/hub/pull-model.js";
import { formatClock } from "../../output/clock.js";
import { formatBytes } from "../byte-size.js";
import { note } from "../messages.js";
import { createSpinner } from "../progress.js";

/** Bytes that one process saw come. */
interface Rate {
  readonly bytes: number;
  readonly seconds: number;
}

export class PullProgress {
  readonly #name: string;
  readonly #isShown: boolean;
  readonly #spinner: Ora | undefined;
  #started: { readonly ms: number; readonly bytes: number } | undefined;

  constructor(name: string, isShown: boolean) {
    this.#name = name;
    this.#isShown = isShown;
    this.#spinner = isShown ? createSpinner()?.start(name) : undefined;
  }

  readonly update = (event: PullEvent): void => {
    if (!this.#isShown) return;
    if (event.type === "download") {
      // What an earlier run had brought says nothing about the rate; what had to be thrown away begins again.
      if (this.#started === undefined || event.doneBytes < this.#started.bytes)
        this.#started = { ms: performance.now(), bytes: event.doneBytes };
    }
    if (this.#spinner === undefined) {
      if (event.type === "waiting" || event.type === "retry") note(pullText(this.#name, event));
      return;
    }
    const { ms, bytes } = this.#started ?? { ms: 0, bytes: 0 };
    const rate =
      event.type === "download"
        ? { bytes: event.doneBytes - bytes, seconds: (performance.now() - ms) / 1000 }
        : undefined;
    this.#spinner.text = pullText(this.#name, event, rate);
  };

  /** Other work on the same model. */
  say(what: string): void {
    if (this.#spinner !== undefined) this.#spinner.text = `${this.#name} · ${what}`;
  }

  stop(): void {
    this.#spinner?.stop();
  }
}

/** "small · downloading 12.3 MB of 967.1 MB · 8.1 MB/s · 1:58 left" */
export function pullText(name: string, event: PullEvent, rate?: Rate): string {
  switch (event.type) {
    case "waiting":
      return `${name} · waiting for another mubbles (process ${event.processId}) that is getting it`;
    case "retry":
      return `${name} · ${event.reason}; again in ${event.waitSeconds.toFixed(1)} s`;
    case "convert":
      return `${name} · converting ${formatBytes(event.doneBytes)} of ${formatBytes(event.totalBytes)}`;
    case "download":
      return [`${name} · downloading ${amount(event)}`, ...pace(event, rate)].join(" · ");
  }
}

type Download = Extract<PullEvent, { type: "download" }>;

function amount({ doneBytes, totalBytes }: Download): string {
  return totalBytes === undefined
    ? formatBytes(doneBytes)
    : `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
}

function pace({ doneBytes, totalBytes }: Download, rate: Rate | undefined): string[] {
  if (rate === undefined || rate.bytes <= 0 || rate.seconds <= 0) return [];
  const bytesPerSecond = rate.bytes / rate.seconds;
  const parts = [`${formatBytes(bytesPerSecond)}/s`];
  if (totalBytes !== undefined)
    parts.push(`${formatClock(Math.max(0, totalBytes - doneBytes) / bytesPerSecond)} left`);
  return parts;
}
