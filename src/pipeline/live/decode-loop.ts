/** Gives the engine one piece of work after another: final texts, texts in advance, hypotheses. */

import type { DecodingOptions } from "../../model/decoding-options.js";
import { SAMPLE_RATE_HZ } from "../../units.js";
import type { ChannelListener } from "./channel-listener.js";
import type { EngineHost } from "./engine-host.js";
import { type DecodedText, finalText } from "./final-text.js";
import { hearUtterance } from "./hypothesis.js";
import { LoadGovernor } from "./load-governor.js";
import { type Job, nextJob } from "./scheduler.js";
import type { SessionReport } from "./session-report.js";
import type { ClosedAudio, Utterance } from "./utterance.js";

interface DecodeLoopOptions {
  readonly channels: readonly ChannelListener[];
  readonly engines: EngineHost;
  /** Of partial text; the same where it comes from the same model. */
  readonly previewEngines: EngineHost;
  readonly decoding: DecodingOptions;
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
  #lastSpeechSeconds = 0;
  #hearing: AbortController | undefined;
  #isFinishing = false;
  #isStopped = false;
  #onNews: (() => void) | undefined;
  #onProgress: (() => void)[] = [];

  constructor(options: DecodeLoopOptions) {
    this.#options = options;
  }

  /** Works until `finish` was called and nothing waits, or until `stop`. Throws what the engine throws. */
  async run(): Promise<void> {
    while (!this.#isStopped) {
      const job = this.#next();
      if (job !== undefined) await this.#do(job);
      else if (this.#isFinishing) return;
      else if (this.#mayUnload()) await this.#unload();
      else await new Promise<void>((resolve) => (this.#onNews = resolve));
    }
  }

  /** A channel has heard more. */
  wake(): void {
    if (this.#options.channels.some(({ isIdle }) => !isIdle)) {
      this.#lastSpeechSeconds = this.#options.now();
      this.#load();
    }
    if (this.#options.channels.some(({ waiting }) => waiting.length > 0)) this.#hearing?.abort();
    this.#onNews?.();
  }

  /** No more audio comes. */
  finish(): void {
    this.#isFinishing = true;
    this.#onNews?.();
  }

  /** Whatever waits is given up. */
  stop(): void {
    this.#isStopped = true;
    this.#onNews?.();
    this.#tellProgress();
  }

  /** As `stop`, but what is done in time is kept. */
  giveUpAfter(ms: number): void {
    setTimeout(() => this.stop(), ms).unref();
  }

  /** Resolves when at most so much audio waits for its final text. */
  async caughtUp(maxWaitingSeconds: number): Promise<void> {
    while (!this.#isStopped && this.#waitingSeconds() > maxWaitingSeconds) {
      await new Promise<void>((resolve) => this.#onProgress.push(resolve));
    }
  }

  get load() {
    return this.#governor.level;
  }

  /** How long the oldest audio has waited for its final text. */
  get lagSeconds(): number {
    const waiting = this.#options.channels.flatMap(({ work }) => work.waitsSinceSeconds ?? []);
    return Math.max(0, ...waiting.map((endSeconds) => this.#options.now() - endSeconds));
  }

  #next(): Job | undefined {
    const { channels, isLive, report, now } = this.#options;
    if (isLive && this.#governor.update(this.lagSeconds, now())) report.status();
    const work = channels.map((channel) => channel.work);
    const job = nextJob(work, this.#governor.level);
    return isLive || job?.type === "final" ? job : undefined;
  }

  async #do({ type, channel: index }: Job): Promise<void> {
    const channel = this.#options.channels[index]!;
    if (type === "final") await this.#finalise(channel, index, channel.waiting[0]!);
    else if (type === "speculation") await this.#speculate(channel, index, channel.open!);
    else await this.#hear(channel, index, channel.open!);
  }

  async #finalise(channel: ChannelListener, index: number, utterance: Utterance): Promise<void> {
    const { report } = this.#options;
    const { number, speculation, closed } = utterance;
    const known = speculation?.endSample === closed!.endSample ? speculation.text : undefined;
    const text = known ?? (await this.#decode(channel, index, utterance, closed!)).text;
    if (this.#isStopped) return;
    channel.shift();
    report.totals.finals++;
    this.#endSeconds.set(channel, text.endSeconds);
    report.emit({ type: "final", channel: channel.channel, utterance: number, ...text });
    report.status();
    this.#tellProgress();
  }

  async #speculate(channel: ChannelListener, index: number, utterance: Utterance): Promise<void> {
    const { startSample } = utterance;
    const endSample = channel.openEndSample;
    const columns = channel.columns(startSample, endSample);
    utterance.speculation = { endSample, text: undefined };
    const { text, tokens } = await this.#decode(channel, index, utterance, { endSample, columns });
    utterance.speculation = { endSample, text };
    // If the speaker goes on, this is still the best guess of what was said so far.
    utterance.draft = tokens;
  }

  async #decode(
    channel: ChannelListener,
    index: number,
    { startSample }: Utterance,
    { endSample, columns }: ClosedAudio,
  ): Promise<DecodedText> {
    const { engines, report } = this.#options;
    const { engine, recording } = await engines.lease();
    const decoded = await finalText({
      startSample,
      endSample,
      columns,
      notBeforeSeconds: this.#endSeconds.get(channel) ?? 0,
      engine,
      recording: recording(index),
      decoding: this.#decoding(),
    });
    for (const { encodeSeconds, decodeSeconds, tokenCount } of decoded.results) {
      report.totals.encodeSeconds += encodeSeconds;
      report.totals.decodeSeconds += decodeSeconds;
      report.totals.tokens += tokenCount;
    }
    return decoded;
  }

  #decoding(): DecodingOptions {
    const { decoding } = this.#options;
    if (this.load !== "greedy-finals") return decoding;
    return { ...decoding, beamSize: 1, temperatures: decoding.temperatures.slice(0, 1) };
  }

  async #hear(channel: ChannelListener, index: number, utterance: Utterance): Promise<void> {
    const { previewEngines, decoding, report } = this.#options;
    const { engine, recording } = await previewEngines.lease();
    // Nobody needs a hypothesis as much as the final text that it would hold up.
    this.#hearing = new AbortController();
    const context = { channel, engine, recording: recording(index), decoding, report };
    await hearUtterance(utterance, context, this.#hearing.signal);
    this.#hearing = undefined;
  }

  #load(): void {
    const { engines, previewEngines, isLive } = this.#options;
    // A failure surfaces with the first job.
    engines.lease().catch(() => {});
    if (isLive) previewEngines.lease().catch(() => {});
  }

  #mayUnload(): boolean {
    const { channels, engines, unloadAfterSeconds, now } = this.#options;
    if (engines.state !== "ready" || channels.some(({ isIdle }) => !isIdle)) return false;
    return now() - this.#lastSpeechSeconds >= unloadAfterSeconds;
  }

  async #unload(): Promise<void> {
    const { engines, previewEngines } = this.#options;
    await Promise.all([engines.release(), previewEngines.release()]);
  }

  #waitingSeconds(): number {
    const waiting = this.#options.channels.flatMap(({ waiting }) => waiting);
    return waiting.reduce(
      (sum, { startSample, closed }) => sum + (closed!.endSample - startSample) / SAMPLE_RATE_HZ,
      0,
    );
  }

  #tellProgress(): void {
    for (const resolve of this.#onProgress.splice(0)) resolve();
  }
}
