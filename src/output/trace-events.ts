/**
 * Trace events in the format of Chrome's trace viewer, which Perfetto and others open: a JSON array that may lack its end. Pure.
 * @see https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
import type { TraceEvent, TraceTrack } from "../tracing.js";

const US_PER_MS = 1000;

/** What a line says, beside what all have. */
type Fields = Readonly<Record<string, unknown>>;

export class TraceEventWriter {
  readonly #startMs: number;
  readonly #mainProcessId: number;
  /** Process, thread and track to the number that the viewer knows the track by. */
  readonly #tracks = new Map<string, number>();
  readonly #processes = new Set<number>();
  #lines = 0;
  #works = 0;

  /** Times are shown from `startMs` on, milliseconds since 1970. */
  constructor(startMs: number, mainProcessId: number) {
    this.#startMs = startMs;
    this.#mainProcessId = mainProcessId;
  }

  /** The next text of the document. */
  write(event: TraceEvent): string {
    const { processId: pid, track, name } = event;
    const opening = this.#openProcess(pid);
    const tid = this.#tracks.get(trackKey(event));
    const number = tid ?? this.#tracks.size + 1;
    const named = tid === undefined ? this.#openTrack(event, number) : "";
    const of = { pid, tid: number, cat: track, name };
    if (event.type === "counter") {
      const line = this.#line({ ...of, ph: "C", ts: this.#us(event.atMs), args: { [name]: event.value } });
      return opening + named + line;
    }
    const ts = this.#us(event.startMs);
    const dur = round(event.durationMs * US_PER_MS);
    const args = event.details ?? {};
    if (event.type === "span") return opening + named + this.#line({ ...of, ph: "X", ts, dur, args });
    const id = `w${++this.#works}`;
    const begin = this.#line({ ...of, ph: "b", id, ts, args });
    return opening + named + begin + this.#line({ ...of, ph: "e", id, ts: round(ts + dur), args: {} });
  }

  end(): string {
    return this.#lines === 0 ? "[]\n" : "\n]\n";
  }

  #openProcess(pid: number): string {
    if (this.#processes.has(pid)) return "";
    this.#processes.add(pid);
    const name = pid === this.#mainProcessId ? "mubbles" : "engine";
    return this.#line(metadata(pid, 0, "process_name", { name }));
  }

  #openTrack(event: TraceEvent, tid: number): string {
    this.#tracks.set(trackKey(event), tid);
    const { processId: pid, track } = event;
    return (
      this.#line(metadata(pid, tid, "thread_name", { name: track })) +
      this.#line(metadata(pid, tid, "thread_sort_index", { sort_index: ORDER.indexOf(track) }))
    );
  }

  #line(fields: Fields): string {
    return `${this.#lines++ === 0 ? "[\n" : ",\n"}${JSON.stringify(fields)}`;
  }

  #us(ms: number): number {
    return round((ms - this.#startMs) * US_PER_MS);
  }
}

/** From above. */
const ORDER: readonly TraceTrack[] = [
  "session",
  "audio",
  "mic",
  "loopback",
  "text",
  "output",
  "engine",
  "encoder",
];

function metadata(pid: number, tid: number, name: string, args: Fields): Fields {
  return { pid, tid, cat: "__metadata", name, ph: "M", ts: 0, args };
}

function trackKey({ processId, threadId, track }: TraceEvent): string {
  return `${processId} ${threadId} ${track}`;
}

/** To nanoseconds: spans that follow one another must not overlap by rounding. */
function round(us: number): number {
  return Math.round(us * 1000) / 1000;
}
