/** Keeps the engine at work: one final text at a time, and beside it one hypothesis and one check at a time. */
import type { LoadLevel } from "../../live-events.js";
import { traceCounter } from "../../tracing.js";
import { SAMPLE_RATE_HZ } from "../../units.js";
import type { ChannelListener } from "./channel-listener.js";
import { DecodeJobs } from "./decode-jobs.js";
import type { EngineHost } from "./engine-host.js";
import { LoadGovernor } from "./load-governor.js";
import { type ChannelWork, nextCheck, nextFinal, nextPartial } from "./scheduler.js";
import type { SessionRecorder } from "./session-recorder.js";
import type { SessionReport } from "./session-report.js";

interface DecodeLoopOptions {
  readonly channels: readonly ChannelListener[];
  readonly engines: EngineHost;
  /** Of partial text; the same where it comes from the same model. */
  readonly previewEngines: EngineHost;
  /** Real time: hypotheses, texts in advance, and less of them where the machine is too slow. Else final texts alone. */
  readonly isLive: boolean;
  readonly unloadAfterSeconds: number;
  readonly now: () => number;
  readonly report: SessionReport;
  readonly recorder: SessionRecorder;
}

/** So many times as long as a check took there is none: a slow machine is to have time for the rest. */
const REST_AFTER_CHECK = 0.5;

export class DecodeLoop {
  readonly #options: DecodeLoopOptions;
  readonly #governor = new LoadGovernor();
  readonly #jobs: DecodeJobs;
  #lastSpeechSeconds = 0;
  #isMakingFinal = false;
  #isHearing = false;
  #isChecking = false;
  #checksFromSeconds = 0;
  #isFinishing = false;
  #isStopped = false;
  /** Who waits for audio, and who for texts to be final. */
  readonly #onNews = new Set<() => void>();
  readonly #onFinal = new Set<() => void>();

  constructor(options: DecodeLoopOptions) {
    this.#options = options;
    this.#jobs = new DecodeJobs(options);
  }

  /** Works until `finish` was called and nothing waits, or until `stop`. Throws what the engine throws. */
  async run(): Promise<void> {
    const stopped = (async () => {
      while (!this.#isStopped) await next(this.#onNews);
    })();
    await Promise.race([
      stopped,
      Promise.all([this.#makeFinals(), this.#makePartials(), this.#makeChecks()]),
    ]);
  }

  /** A channel has heard more. */
  wake(): void {
    if (this.#isStopped) return;
    const { channels, isLive, now, report } = this.#options;
    if (channels.some(({ isIdle }) => !isIdle)) {
      this.#lastSpeechSeconds = now();
      this.#load();
    }
    traceCounter("text", "lag seconds", Math.round(this.lagSeconds * 10) / 10);
    traceCounter("text", "utterances waiting", this.unfinished);
    if (isLive && this.#governor.update(this.lagSeconds, now())) report.tellStatus();
    tell(this.#onNews);
  }

  /** No more audio comes. */
  finish(): void {
    this.#isFinishing = true;
    tell(this.#onNews);
  }

  /** What waits or is under way is given up. */
  stop(): void {
    this.#isStopped = true;
    tell(this.#onNews);
    tell(this.#onFinal);
  }

  /** Resolves when at most so much audio waits for its final text. */
  async caughtUp(maxWaitingSeconds: number): Promise<void> {
    while (!this.#isStopped && this.#waitingSeconds() > maxWaitingSeconds) await next(this.#onFinal);
  }

  /** Utterances that have ended and have no final text. */
  get unfinished(): number {
    return this.#options.channels.reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  get load(): LoadLevel {
    return this.#governor.level;
  }

  /** How long the oldest audio has waited for its final text. */
  get lagSeconds(): number {
    const waiting = this.#work.flatMap(({ waitsSinceSeconds }) => waitsSinceSeconds ?? []);
    return Math.max(0, ...waiting.map((endSeconds) => this.#options.now() - endSeconds));
  }

  /** Of each channel, as it is now. */
  get #work(): ChannelWork[] {
    return this.#options.channels.map(({ work }) => work);
  }

  async #makeFinals(): Promise<void> {
    const { isLive } = this.#options;
    while (!this.#isStopped) {
      const job = nextFinal(this.#work, this.load);
      if (job?.type === "final") await this.#finalise(job.channel);
      else if (this.#isFinishing) return;
      else if (job !== undefined && isLive) await this.#decode("speculation", job.channel);
      else if (this.#mayUnload()) await this.#unload();
      else await next(this.#onNews);
    }
  }

  async #makePartials(): Promise<void> {
    const { isLive } = this.#options;
    while (isLive && !this.#isFinishing && !this.#isStopped) {
      const channel = nextPartial(this.#work, this.load, this.#isMakingFinal);
      if (channel === undefined) await next(this.#onNews);
      else await this.#hear(channel);
    }
  }

  async #makeChecks(): Promise<void> {
    const { isLive, now } = this.#options;
    while (isLive && !this.#isFinishing && !this.#isStopped) {
      const isTime = now() >= this.#checksFromSeconds;
      const channel = isTime ? nextCheck(this.#work, this.load, this.#isMakingFinal) : undefined;
      if (channel === undefined) await next(this.#onNews);
      else await this.#check(channel);
    }
  }

  async #finalise(index: number): Promise<void> {
    await this.#decode("final", index);
    tell(this.#onFinal);
  }

  async #decode(task: "final" | "speculation", index: number): Promise<void> {
    const { recorder } = this.#options;
    const { load } = this;
    this.#isMakingFinal = true;
    recorder.step(this.#jobs.stepOf(task, index, load));
    const apply = await this.#jobs[task](index, load);
    this.#isMakingFinal = false;
    if (this.#isStopped) return;
    recorder.step({ step: "decoded", task });
    apply();
  }

  async #hear(index: number): Promise<void> {
    const { previewEngines, channels, recorder } = this.#options;
    this.#isHearing = true;
    const lease = await previewEngines.lease();
    if (channels[index]!.open !== undefined && !this.#isStopped) {
      recorder.step(this.#jobs.stepOf("partial", index, this.load));
      const { language, apply } = await this.#jobs.partial(index, lease);
      if (this.#isStopped) return;
      recorder.step({ step: "decoded", task: "partial", language });
      apply();
    }
    this.#isHearing = false;
    tell(this.#onNews);
  }

  async #check(index: number): Promise<void> {
    const { recorder, now } = this.#options;
    const { load } = this;
    const beganSeconds = now();
    this.#isChecking = true;
    recorder.step(this.#jobs.stepOf("check", index, load));
    const apply = await this.#jobs.check(index, load);
    this.#isChecking = false;
    if (this.#isStopped) return;
    this.#checksFromSeconds = now() + REST_AFTER_CHECK * (now() - beganSeconds);
    recorder.step({ step: "decoded", task: "check" });
    apply();
    tell(this.#onNews);
  }

  #load(): void {
    const { engines, previewEngines, isLive } = this.#options;
    // A failure surfaces with the first job.
    engines.lease().catch(() => {});
    if (isLive) previewEngines.lease().catch(() => {});
  }

  #mayUnload(): boolean {
    const { channels, engines, unloadAfterSeconds, now } = this.#options;
    if (this.#isHearing || this.#isChecking || engines.state !== "ready") return false;
    if (channels.some(({ isIdle }) => !isIdle)) return false;
    return now() - this.#lastSpeechSeconds >= unloadAfterSeconds;
  }

  async #unload(): Promise<void> {
    const { engines, previewEngines, recorder } = this.#options;
    recorder.step({ step: "unload" });
    await Promise.all([engines.release(), previewEngines.release()]);
  }

  #waitingSeconds(): number {
    const waiting = this.#options.channels.flatMap((channel) => channel.waiting);
    return waiting.reduce(
      (sum, { startSample, closed }) => sum + (closed!.endSample - startSample) / SAMPLE_RATE_HZ,
      0,
    );
  }
}

function next(waiting: Set<() => void>): Promise<void> {
  return new Promise((resolve) => waiting.add(resolve));
}

function tell(waiting: Set<() => void>): void {
  const resolvers = [...waiting];
  waiting.clear();
  for (const resolve of resolvers) resolve();
}
