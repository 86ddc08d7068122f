/** Listening from end to end: devices → level, voice, utterances → hypotheses and final texts → events. Read it top to bottom. */
import { pipeline } from "node:stream/promises";
import type { CaptureNotice, ChannelAudio } from "../../audio/capture/channel-audio.js";
import { openChannelAudio } from "../../audio/capture/open-channel.js";
import { createSessionClock, type PacingClock } from "../../audio/capture/session-clock.js";
import { cutIntoFrames } from "../../audio/capture/virtual/frames.js";
import { asMubblesError, MubblesError } from "../../errors.js";
import type { EndEvent, LiveEvent } from "../../live-events.js";
import { SileroVad } from "../../model/silero.js";
import { ChannelListener } from "./channel-listener.js";
import { DecodeLoop } from "./decode-loop.js";
import { EngineHost } from "./engine-host.js";
import { EventQueue } from "./event-queue.js";
import type { ListenOptions } from "./listen-options.js";
import { Lockstep } from "./lockstep.js";
import { createTextPolicy } from "./policy/create-text-policy.js";
import { SessionReport } from "./session-report.js";
import { VoiceDetector } from "./voice-detector.js";

/** Audio that may wait for its final text before no more is read; from then on capture drops, and says so. */
const MAX_WAITING_SECONDS = 120;
/** So long may final texts take after an interrupt. */
const FLUSH_MS = 10_000;

/**
 * Events of one session: `session` first, `end` last, whatever ended it. A reader that is slow loses levels and all but the newest
 * partial text, and nothing else. When `signal` aborts, what is being said is made final, then comes `end`; leaving the loop early gives
 * that up. Throws MubblesError before the first event only: where a model or a device is missing. A failure later is an `error`
 * event, and where nothing can go on `end` with reason "failed".
 */
export async function* listen(options: ListenOptions, signal: AbortSignal): AsyncGenerator<LiveEvent> {
  const isLive = options.speed !== "max";
  const clock = createSessionClock(options.speed);
  const leave = new AbortController();
  const stopReading = AbortSignal.any([signal, leave.signal]);
  const events = new EventQueue();
  const report = new SessionReport(options, events);
  const engines = new EngineHost(options.engine, () => report.status());
  const { previewModel } = options;
  const previewEngines =
    previewModel === undefined || !isLive
      ? engines
      : new EngineHost({ ...options.engine, model: previewModel }, () => {});
  const sources: ChannelAudio[] = [];
  const listeners: ChannelListener[] = [];
  const models: SileroVad[] = [];
  let session: Promise<void> | undefined;
  try {
    const { nMels } = (await engines.lease()).engine;
    const previewMels = (await previewEngines.lease()).engine.nMels;
    await openSources(sources, options, { clock, signal: stopReading, report });
    let utterances = 0;
    for (const { channel } of sources) {
      const vad = await SileroVad.load();
      models.push(vad);
      listeners.push(
        new ChannelListener({
          channel,
          voice: new VoiceDetector(vad, options.threshold),
          utterances: { ...options, threshold: options.vadThreshold },
          nMels,
          previewMels,
          newPolicy: () => createTextPolicy(options.policy),
          nextNumber: () => utterances++,
          report,
        }),
      );
    }
    const lockstep = new Lockstep(sources.length);
    const now = isLive ? () => clock.now() : () => lockstep.seconds;
    const loop = new DecodeLoop({
      ...options,
      channels: listeners,
      engines,
      previewEngines,
      isLive,
      now,
      report,
    });
    clock.start();
    report.begin({ sources, engines: new Set([engines, previewEngines]), loop, now });

    const hear = async (source: ChannelAudio, listener: ChannelListener, index: number): Promise<boolean> => {
      const takeIn = async (frames: AsyncIterable<Float32Array>) => {
        for await (const frame of frames) {
          if (!isLive) await lockstep.turn(index);
          await listener.hear(frame);
          loop.wake();
          await Promise.all([events.room(), loop.caughtUp(isLive ? MAX_WAITING_SECONDS : 0)]);
          lockstep.advance(index);
        }
      };
      try {
        await pipeline(source.stream, cutIntoFrames, takeIn, { signal: stopReading });
        return true;
      } catch (thrown) {
        if (stopReading.aborted) return true;
        report.problem("error", asMubblesError(thrown), source.channel);
        return false;
      } finally {
        listener.end();
        loop.wake();
        if (!isLive) await loop.caughtUp(0);
        lockstep.end(index);
      }
    };
    const listenToAll = async (): Promise<EndEvent["reason"]> => {
      const decoding = loop.run();
      decoding.catch(() => leave.abort());
      const heard = await Promise.all(sources.map((source, i) => hear(source, listeners[i]!, i)));
      loop.finish();
      await decoding;
      if (signal.aborted) return "interrupted";
      return heard.includes(true) ? "sources-ended" : "failed";
    };
    signal.addEventListener("abort", () => loop.giveUpAfter(FLUSH_MS), { once: true, signal: leave.signal });
    session = listenToAll()
      .catch((thrown): "failed" => {
        report.problem("error", asMubblesError(thrown));
        return "failed";
      })
      .then((reason) => {
        report.end(reason, utterances);
        events.close();
      });
    yield* events;
  } catch (thrown) {
    if (signal.aborted) throw new MubblesError("INTERRUPTED");
    throw thrown;
  } finally {
    leave.abort();
    for (const source of sources) await source.close();
    await Promise.all([engines.release(), previewEngines.release()]);
    await session;
    for (const listener of listeners) listener.free();
    for (const model of models) await model.release();
  }
}

async function openSources(
  sources: ChannelAudio[],
  options: ListenOptions,
  { clock, signal, report }: { clock: PacingClock; signal: AbortSignal; report: SessionReport },
): Promise<void> {
  for (const channel of ["loopback", "mic"] as const) {
    const device = options[channel];
    if (device === undefined) continue;
    const onNotice = (notice: CaptureNotice) => report.notice(channel, notice);
    sources.push(await openChannelAudio({ channel, device, raw: options.raw, clock, signal, onNotice }));
  }
}
