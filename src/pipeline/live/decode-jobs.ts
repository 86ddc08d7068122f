/** What is decoded of an utterance, and what follows from it: each job gives a function that applies its result. */
import type { LoadLevel } from "../../live-events.js";
import type { DecodingOptions } from "../../model/decoding-options.js";
import type { WindowResult } from "../../model/window.js";
import type { ChannelListener } from "./channel-listener.js";
import { checkedText } from "./checked-text.js";
import type { UtteranceRequest } from "./decode-utterance.js";
import type { EngineHost, EngineLease } from "./engine-host.js";
import { type DecodedText, finalText } from "./final-text.js";
import type { HeardAudio } from "./heard-audio.js";
import { type Hypothesis, hearUtterance } from "./hypothesis.js";
import { SaidBefore } from "./said-before.js";
import type { DecodeStep } from "./session-recorder.js";
import type { SessionReport } from "./session-report.js";
import { isEnding, tellText } from "./told-text.js";
import type { Utterance } from "./utterance.js";

interface DecodeJobsOptions {
  readonly channels: readonly ChannelListener[];
  readonly engines: EngineHost;
  readonly report: SessionReport;
}

export class DecodeJobs {
  readonly #options: DecodeJobsOptions;
  /** Of each channel: where its last final text ended. */
  readonly #endSeconds = new Map<ChannelListener, number>();
  /** Of each channel: what its next text is decoded behind. */
  readonly #before: ReadonlyMap<ChannelListener, SaidBefore>;

  constructor(options: DecodeJobsOptions) {
    this.#options = options;
    this.#before = new Map(options.channels.map((channel) => [channel, new SaidBefore()]));
  }

  /** What a job that begins now would hear. */
  stepOf(task: DecodeStep["task"], index: number, load: LoadLevel): DecodeStep {
    const channel = this.#options.channels[index]!;
    const utterance = (task === "final" ? channel.waiting[0] : channel.open)!;
    const endSample = utterance.closed?.endSample ?? channel.openEndSample;
    const { number, startSample } = utterance;
    return {
      step: "decode",
      task,
      channel: channel.channel,
      utterance: number,
      startSample,
      endSample,
      load,
    };
  }

  /** The final text of the channel's oldest utterance that waits for one. */
  async final(index: number, load: LoadLevel): Promise<() => void> {
    const { report, channels } = this.#options;
    const channel = channels[index]!;
    const utterance = channel.waiting[0]!;
    const { number, speculation } = utterance;
    const closed = utterance.closed!;
    const known = speculation?.endSample === closed.endSample ? speculation.decoded : undefined;
    const decoded = known ?? (await this.#decode(index, utterance, closed, load));
    return () => {
      if (known === undefined) this.#count(decoded.results);
      channel.shift();
      this.#before.get(channel)!.add(decoded.said);
      report.totals.finals++;
      this.#endSeconds.set(channel, decoded.text.endSeconds);
      report.emit({ type: "final", channel: channel.channel, utterance: number, ...decoded.text });
      report.status();
    };
  }

  /** The text that the open utterance has if it ends with this pause. */
  async speculation(index: number, load: LoadLevel): Promise<() => void> {
    const channel = this.#options.channels[index]!;
    const utterance = channel.open!;
    const endSample = channel.openEndSample;
    utterance.speculation = { endSample, decoded: undefined };
    const decoded = await this.#decode(index, utterance, channel.heard(endSample), load);
    return () => {
      this.#count(decoded.results);
      utterance.speculation = { endSample, decoded };
      // If the speaker goes on, this is the best guess of what was said so far.
      utterance.draft = decoded.tokens;
    };
  }

  /** Whether words of the open utterance that are held back may be confirmed; there is a hypothesis of it. */
  async check(index: number, load: LoadLevel): Promise<() => void> {
    const { channels, report } = this.#options;
    const channel = channels[index]!;
    const utterance = channel.open!;
    const audio = channel.heard(channel.openEndSample);
    utterance.checkedSample = audio.endSample;
    const request = await this.#request(index, utterance, audio, load);
    // The hypothesis's language: checks, like hypotheses, teach nobody another.
    const decoding = { ...request.decoding, language: utterance.language };
    const { text, results } = await checkedText({ ...request, decoding });
    return () => {
      this.#count(results);
      if (isEnding(utterance, channel)) return;
      // Another policy than then may ask for none where a recorded session has one.
      const heard = utterance.policy.check?.(text);
      if (heard !== undefined) tellText(utterance, heard, text.audioSeconds, { channel, report });
    };
  }

  /** What the open utterance sounds like so far. `language`: where it is known that it was decoded in that before. */
  partial(index: number, { engine, recording }: EngineLease, language?: string): Promise<Hypothesis> {
    const { channels, report } = this.#options;
    const channel = channels[index]!;
    const context = { channel, engine, recording: recording(index), report, language };
    return hearUtterance(channel.open!, context);
  }

  async #decode(
    index: number,
    utterance: Utterance,
    audio: HeardAudio,
    load: LoadLevel,
  ): Promise<DecodedText> {
    const notBeforeSeconds = this.#endSeconds.get(this.#options.channels[index]!) ?? 0;
    return await finalText({ ...(await this.#request(index, utterance, audio, load)), notBeforeSeconds });
  }

  async #request(
    index: number,
    { startSample, decoding, confirmed }: Utterance,
    audio: HeardAudio,
    load: LoadLevel,
  ): Promise<UtteranceRequest> {
    const { engines, channels } = this.#options;
    const { engine, recording } = await engines.lease();
    return {
      startSample,
      audio,
      before: this.#before.get(channels[index]!)!,
      confirmed,
      engine,
      recording: recording(index),
      decoding: affordable(decoding, load),
    };
  }

  #count(results: readonly WindowResult[]): void {
    const { totals } = this.#options.report;
    for (const { encodeSeconds, decodeSeconds, tokenCount } of results) {
      totals.encodeSeconds += encodeSeconds;
      totals.decodeSeconds += decodeSeconds;
      totals.tokens += tokenCount;
    }
  }
}

function affordable(decoding: DecodingOptions, load: LoadLevel): DecodingOptions {
  if (load !== "greedy-finals") return decoding;
  return { ...decoding, beamSize: 1, temperatures: decoding.temperatures.slice(0, 1) };
}
