/** What a session tells its reader: every event passes here, and gets its time. */
import { availableParallelism } from "node:os";
import type { CaptureNotice, ChannelAudio } from "../../audio/capture/channel-audio.js";
import { MubblesError } from "../../errors.js";
import type {
  ChannelName,
  EndEvent,
  EngineState,
  LiveEvent,
  LiveTimings,
  LoadLevel,
  ProblemEvent,
} from "../../live-events.js";
import { packageVersion } from "../../version.js";
import type { EventQueue } from "./event-queue.js";
import type { ListenOptions } from "./listen-options.js";
import { noLiveTotals } from "./live-totals.js";
import type { SessionRecorder } from "./session-recorder.js";

type WithoutTime<E> = E extends unknown ? Omit<E, "atSeconds"> : never;

/** What there is once the session has begun. */
interface SessionParts {
  readonly sources: readonly ChannelAudio[];
  /** Seconds of the session. */
  readonly now: () => number;
  /** Of the loop that makes text. */
  readonly loop: { readonly load: LoadLevel; readonly lagSeconds: number };
  /** Of models that are at work; the first makes final text. */
  readonly engines: ReadonlySet<{ readonly state: EngineState; readonly loadSeconds: number }>;
}

export class SessionReport {
  readonly totals = noLiveTotals();
  readonly #options: ListenOptions;
  readonly #events: Pick<EventQueue, "push">;
  readonly #recorder: SessionRecorder;
  #parts: SessionParts | undefined;

  constructor(options: ListenOptions, events: Pick<EventQueue, "push">, recorder: SessionRecorder) {
    this.#options = options;
    this.#events = events;
    this.#recorder = recorder;
  }

  /** The session event. What happened before it is not told. */
  begin(parts: SessionParts): void {
    this.#parts = parts;
    const { engine, previewModel, decoding, policy, threshold } = this.#options;
    this.#tell({
      type: "session",
      version: packageVersion(),
      startedAt: new Date().toISOString(),
      model: engine.model,
      previewModel,
      language: decoding.language,
      task: decoding.task,
      policy,
      beamSize: decoding.beamSize,
      threads: engine.threads ?? availableParallelism(),
      threshold,
      channels: parts.sources.map(({ channel, device, backend, sampleRateHz, channels }) => {
        return { channel, device, backend, sampleRateHz, channels };
      }),
    });
    this.tellStatus();
  }

  /** What follows from the step that is under way (session-recorder.ts). */
  emit(event: WithoutTime<LiveEvent>): void {
    if (this.#parts === undefined) return;
    const atSeconds = Math.round(this.#parts.now() * 1000) / 1000;
    const emitted = { ...event, atSeconds } as LiveEvent;
    this.#recorder.event(emitted);
    this.#events.push(emitted);
  }

  /** How the engine is, after each final text. */
  status(): void {
    if (this.#parts !== undefined) this.emit(this.#status(this.#parts));
  }

  /** The same when its state or the load has changed. */
  tellStatus(): void {
    if (this.#parts !== undefined) this.#tell(this.#status(this.#parts));
  }

  #status({ engines, loop }: SessionParts): WithoutTime<LiveEvent> {
    return {
      type: "status",
      engine: [...engines][0]!.state,
      load: loop.load,
      lagSeconds: loop.lagSeconds,
      droppedSeconds: this.#droppedSeconds,
      timings: this.#timings,
    };
  }

  /** What a channel's device tells. */
  notice(channel: ChannelName, notice: CaptureNotice): void {
    if (notice.type === "warning") this.problem("warning", notice.error, channel);
    else this.#tell({ type: "status", channel, capture: notice.state, device: notice.device });
  }

  problem(type: ProblemEvent["type"], error: MubblesError, channel?: ChannelName): void {
    this.#tell(problemOf(type, error, channel));
  }

  /** A warning that follows from the step that is under way. */
  warn(error: MubblesError, channel: ChannelName): void {
    this.emit(problemOf("warning", error, channel));
  }

  /** The end event. `unfinished`: utterances that will have no final text. */
  end(
    reason: EndEvent["reason"],
    { utterances, unfinished }: { utterances: number; unfinished: number },
  ): void {
    if (unfinished > 0) {
      const detail = `${unfinished} utterances are left without final text`;
      this.problem("warning", new MubblesError("INTERRUPTED", { detail }));
    }
    const droppedSeconds = this.#droppedSeconds;
    this.#tell({ type: "end", reason, utterances, droppedSeconds, timings: this.#timings });
    // An engine that is released afterwards is no part of the session.
    this.#parts = undefined;
  }

  #tell(event: WithoutTime<LiveEvent>): void {
    if (this.#parts === undefined) return;
    this.#recorder.step({ step: "told" });
    this.emit(event);
  }

  get #droppedSeconds(): number {
    return (this.#parts?.sources ?? []).reduce((sum, { droppedSeconds }) => sum + droppedSeconds, 0);
  }

  get #timings(): LiveTimings {
    const loads = [...(this.#parts?.engines ?? [])].map(({ loadSeconds }) => loadSeconds);
    return { loadSeconds: loads.reduce((sum, seconds) => sum + seconds, 0), ...this.totals };
  }
}

function problemOf(
  type: ProblemEvent["type"],
  { code, message, hint }: MubblesError,
  channel: ChannelName | undefined,
): WithoutTime<ProblemEvent> {
  return { type, channel, code, message, hint };
}
