/** A trace as the model of a library that reads Chrome's traces has it. */
import { readFileSync } from "node:fs";
import { buildModel, type EventModel, type ThreadModel } from "@tracerbench/trace-model";

const US_PER_SECOND = 1e6;
/** Of times since 1970 in floating point; spans that follow one another may seem to overlap by so much. */
const RESOLUTION_US = 1;

export class TracedRun {
  readonly #threads: readonly ThreadModel[];
  readonly #events: readonly EventModel[];

  constructor(path: string) {
    const { processes } = buildModel(JSON.parse(readFileSync(path, "utf8")));
    this.#threads = processes.flatMap(({ threads }) => threads);
    this.#events = this.#threads.flatMap(({ events }) => events);
  }

  /** Process and thread names, in the order in which a viewer shows them. */
  get tracks(): string[] {
    const named = this.#threads.filter(({ events }) => events.some((event) => !event.isMetadata()));
    const inOrder = named.toSorted((a, b) => a.sortIndex - b.sortIndex);
    return inOrder.map(({ name, process }) => `${process.name} ${name}`);
  }

  get counters(): Set<string> {
    return new Set(this.#events.filter((event) => event.isCounter()).map(({ name }) => name));
  }

  /** Seconds of all spans of that name. */
  sum(name: string, track?: string): number {
    return total(this.#spans(track).filter((span) => span.name === name));
  }

  /** When the first span of that name begins, in seconds. */
  start(name: string): number {
    const starts = this.#spans().flatMap((span) => (span.name === name ? [span.start] : []));
    return Math.min(...starts) / US_PER_SECOND;
  }

  /** Seconds of a track's outermost spans, those left out that are named. */
  covered(track: string, without: readonly string[] = []): number {
    const outermost = this.#spans(track).filter(({ parent }) => parent === undefined);
    return total(outermost.filter(({ name }) => !without.includes(name)));
  }

  /** Spans of one track that overlap without one being in the other. */
  get crossing(): string[] {
    return this.#threads.flatMap(({ name }) => {
      const spans = this.#spans(name).toSorted((a, b) => a.start - b.start || b.end - a.end);
      const open: EventModel[] = [];
      return spans.flatMap((span) => {
        while (open.length > 0 && open.at(-1)!.end <= span.start + RESOLUTION_US) open.pop();
        const around = open.at(-1);
        open.push(span);
        if (around === undefined || span.end <= around.end + RESOLUTION_US) return [];
        return [`${name}: ${span.name} and ${around.name}`];
      });
    });
  }

  /** What is asked of the engine, by name: its beginnings and ends are in pairs. */
  work(name: string): number {
    const begins = this.#events.filter((event) => event.isNestableAsyncBegin() && event.name === name);
    const ends = this.#events.filter((event) => event.isNestableAsyncEnd() && event.name === name);
    return begins.length === ends.length ? begins.length : Number.NaN;
  }

  #spans(track?: string): EventModel[] {
    const threads = this.#threads.filter(({ name }) => track === undefined || name === track);
    return threads.flatMap(({ events }) => events.filter((event) => event.isComplete()));
  }
}

function total(spans: readonly EventModel[]): number {
  return spans.reduce((sum, { duration }) => sum + duration, 0) / US_PER_SECOND;
}
