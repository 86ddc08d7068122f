/** Keeps the engine at work: one final text at a time, and beside it one hypothesis at a time. */
import type { LoadLevel } from "../../live-events.js";
import type { DecodingOptions } from "../../model/decoding-options.js";
import { SAMPLE_RATE_HZ } from "../../units.js";
import type { ChannelListener } from "./channel-listener.js";
import type { EngineHost } from "./engine-host.js";
import { type DecodedText, finalText } from "./final-text.js";
import type { HeardAudio } from "./heard-audio.js";
import { hearUtterance } from "./hypothesis.js";
import { LoadGovernor } from "./load-governor.js";
import { SaidBefore } from "./said-before.js";
import { nextFinal, nextPartial } from "./scheduler.js";
import type { SessionReport } from "./session-report.js";
import type { Utterance } from "./utterance.js";

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
}

export class DecodeLoop {
  readonly #options: DecodeLoopOptions;
  readonly #governor = new LoadGovernor();
  /** Of each channel: where its last final text ended. */
  readonly #endSeconds = new Map<ChannelListener, number>();
  /** Of each channel: what its next text is decoded behind. */
  readonly #before: ReadonlyMap<ChannelListener, SaidBefore>;
  #lastSpeechSeconds = 0;
  #isMakingFinal = false;
  #isHearing = false;
  #isFinishing = false;
  #isStopped = false;
  /** Who waits for audio, and who for texts to be final. */
  readonly #onNews = new Set<() => void>();
  readonly #onFinal = new Set<() => void>();

  constructor(options: DecodeLoopOptions) {
    this.#options = options;
    this.#before = new Map(options.channels.map((channel) => [channel, new SaidBefore()]));
  }

  /** Works until `finish` was called and nothing waits, or until `stop`. Throws what the engine throws. */
  async run(): Promise<void> {
    const stopped = (async () => {
      while (!this.#isStopped) await next(this.#onNews);
    })();
    await Promise.race([stopped, Promise.all([this.#makeFinals(), this.#makePartials()])]);
  }

  /** A channel has heard more. */
  wake(): void {
    if (this.#isStopped) return;
    const { channels, isLive, now, report } = this.#options;
    if (channels.some(({ isIdle }) => !isIdle)) {
      this.#lastSpeechSeconds = now();
      this.#load();
    }
    if (isLive && this.#governor.update(this.lagSeconds, now())) report.status();
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
    const waiting = this.#options.channels.flatMap(({ work }) => work.waitsSinceSeconds ?? []);
    return Math.max(0, ...waiting.map((endSeconds) => this.#options.now() - endSeconds));
  }

  async #makeFinals(): Promise<void> {
    const { channels, isLive } = this.#options;
    while (!this.#isStopped) {
      const job = nextFinal(
        channels.map(({ work }) => work),
        this.load,
      );
      if (job?.type === "final") await this.#finalise(job.channel);
      else if (this.#isFinishing) return;
      else if (job !== undefined && isLive) await this.#speculate(job.channel);
      else if (this.#mayUnload()) await this.#unload();
      else await next(this.#onNews);
    }
  }

  async #makePartials(): Promise<void> {
    const { channels, isLive } = this.#options;
    while (isLive && !this.#isFinishing && !this.#isStopped) {
      const channel = nextPartial(
        channels.map(({ work }) => work),
        this.load,
        this.#isMakingFinal,
      );
      if (channel === undefined) await next(this.#onNews);
      else await this.#hear(channel);
    }
  }

  async #finalise(index: number): Promise<void> {
    const { report, channels } = this.#options;
    const channel = channels[index]!;
    const utterance = channel.waiting[0]!;
    const { number, speculation } = utterance;
    const closed = utterance.closed!;
    const known = speculation?.endSample === closed.endSample ? speculation.decoded : undefined;
    const { text, said } = known ?? (await this.#decode(index, utterance, closed));
    if (this.#isStopped) return;
    channel.shift();
    this.#before.get(channel)!.add(said);
    report.totals.finals++;
    this.#endSeconds.set(channel, text.endSeconds);
    report.emit({ type: "final", channel: channel.channel, utterance: number, ...text });
    report.status();
    tell(this.#onFinal);
  }

  async #speculate(index: number): Promise<void> {
    const channel = this.#options.channels[index]!;
    const utterance = channel.open!;
    const endSample = channel.openEndSample;
    utterance.speculation = { endSample, decoded: undefined };
    const decoded = await this.#decode(index, utterance, channel.heard(endSample));
    utterance.speculation = { endSample, decoded };
    // If the speaker goes on, this is the best guess of what was said so far.
    utterance.draft = decoded.tokens;
  }

  async #decode(
    index: number,
    { startSample, decoding, confirmed }: Utterance,
    audio: HeardAudio,
  ): Promise<DecodedText> {
    const { engines, report, channels } = this.#options;
    this.#isMakingFinal = true;
    const { engine, recording } = await engines.lease();
    const decoded = await finalText({
      startSample,
      audio,
      before: this.#before.get(channels[index]!)!,
      confirmed,
      notBeforeSeconds: this.#endSeconds.get(channels[index]!) ?? 0,
      engine,
      recording: recording(index),
      decoding: this.#affordable(decoding),
    });
    this.#isMakingFinal = false;
    for (const { encodeSeconds, decodeSeconds, tokenCount } of decoded.results) {
      report.totals.encodeSeconds += encodeSeconds;
      report.totals.decodeSeconds += decodeSeconds;
      report.totals.tokens += tokenCount;
    }
    return decoded;
  }

  #affordable(decoding: DecodingOptions): DecodingOptions {
    if (this.load !== "greedy-finals") return decoding;
    return { ...decoding, beamSize: 1, temperatures: decoding.temperatures.slice(0, 1) };
  }

  async #hear(index: number): Promise<void> {
    const { previewEngines, report, channels } = this.#options;
    const channel = channels[index]!;
    this.#isHearing = true;
    const { engine, recording } = await previewEngines.lease();
    const utterance = channel.open;
    if (utterance !== undefined) {
      const context = { channel, engine, recording: recording(index), report };
      await hearUtterance(utterance, context);
    }
    this.#isHearing = false;
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
    if (this.#isHearing || engines.state !== "ready") return false;
    if (channels.some(({ isIdle }) => !isIdle)) return false;
    return now() - this.#lastSpeechSeconds >= unloadAfterSeconds;
  }

  async #unload(): Promise<void> {
    const { engines, previewEngines } = this.#options;
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
