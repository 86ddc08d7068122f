/** Listening from end to end: devices → level, voice, utterances → hypotheses and final texts → events. Read it top to bottom. */
import { pipeline } from "node:stream/promises";
import { setImmediate as yieldToOthers } from "node:timers/promises";
import type { CaptureNotice, ChannelAudio } from "../../audio/capture/channel-audio.js";
import { openChannelAudio } from "../../audio/capture/open-channel.js";
import { createSessionClock, type PacingClock } from "../../audio/capture/session-clock.js";
import { cutIntoFrames } from "../../audio/capture/virtual/frames.js";
import { fromPcm16, toPcm16 } from "../../audio/pcm16.js";
import { asMubblesError, MubblesError } from "../../errors.js";
import type { ChannelName, EndEvent, LiveCommand, LiveEvent } from "../../live-events.js";
import { traceSpan } from "../../tracing.js";
import type { ChannelListener } from "./channel-listener.js";
import { DecodeLoop } from "./decode-loop.js";
import { EngineHost, hostOfPreview } from "./engine-host.js";
import { EventQueue } from "./event-queue.js";
import type { ListenOptions } from "./listen-options.js";
import { CHANNELS, Listeners } from "./listeners.js";
import { LiveSettings } from "./live-settings.js";
import { Lockstep } from "./lockstep.js";
import { noRecorder, type SessionRecorder } from "./session-recorder.js";
import { SessionReport } from "./session-report.js";

/** Audio that may wait for its final text before no more is read; from then on capture drops, and says so. */
const MAX_WAITING_SECONDS = 120;
/** So long may final texts take after an interrupt. */
const FLUSH_MS = 10_000;

/**
 * Events of one session: `session` first, `end` last, whatever ended it. A reader that is slow loses levels and all but the newest
 * partial text, and nothing else. When `signal` aborts, what is being said is made final, then comes `end`; leaving the loop early gives
 * that up. Throws MubblesError before the first event only: where a model or a device is missing. A failure later is an `error`
 * event, and where nothing can go on `end` with reason "failed". What is changed in `settings` meanwhile holds from then on.
 */
export async function* listen(
  options: ListenOptions,
  signal: AbortSignal,
  settings = new LiveSettings(options),
  recorder: SessionRecorder = noRecorder(),
): AsyncGenerator<LiveEvent> {
  const isLive = options.speed !== "max";
  const clock = createSessionClock(options.speed);
  const leave = new AbortController();
  const events = new EventQueue();
  const report = new SessionReport(options, events, recorder);
  const engines = new EngineHost(options.engine, () => report.tellStatus());
  recorder.onProblem = (error) => report.problem("warning", error);
  const previewEngines = hostOfPreview(options, engines);
  const sources: ChannelAudio[] = [];
  const listeners = new Listeners();
  let stop = () => {};
  let began = performance.now();
  try {
    const names = CHANNELS.filter((channel) => options[channel] !== undefined);
    await listeners.open(names, { options, settings, engines, previewEngines, report, isLive });
    const { channels, hasEcho } = listeners;
    const stopReading = AbortSignal.any([signal, leave.signal]);
    await openSources(names, sources, options, { clock, signal: stopReading, report });
    const lockstep = new Lockstep(sources.length);
    const now = isLive ? () => clock.now() : () => lockstep.seconds;
    const loop = new DecodeLoop({
      ...options,
      channels,
      engines,
      previewEngines,
      isLive,
      now,
      report,
      recorder,
    });
    stop = () => loop.stop();
    clock.start();
    began = performance.now();
    report.begin({ sources, engines: new Set([engines, previewEngines]), loop, now });
    settings.onCommand = (command) => {
      recorder.step({ step: "command", command });
      obey(command, sources, report);
    };

    const isUnheard = (channel: ChannelName) =>
      settings.isPaused(channel) && (channel === "mic" || !hasEcho || settings.isPaused("mic"));
    const session: Session = {
      events,
      report,
      recorder,
      loop,
      lockstep: isLive ? undefined : lockstep,
      isUnheard,
      stopReading,
    };
    const failed = new Set<ChannelAudio>();
    const hearAll = sources.map(async (source, index) => {
      const hasEnded = await hear(source, channels[index]!, index, session);
      if (!hasEnded) failed.add(source);
    });
    const decoding = loop.run();
    decoding.catch(() => {
      leave.abort();
      // Who waits for a final text would wait for ever.
      stop();
    });
    const finish = async (): Promise<EndEvent["reason"]> => {
      await Promise.all(hearAll);
      loop.finish();
      if (signal.aborted) setTimeout(stop, FLUSH_MS).unref();
      await decoding;
      if (signal.aborted) return "interrupted";
      return failed.size === sources.length ? "failed" : "sources-ended";
    };
    finish()
      .catch((thrown): "failed" => {
        report.problem("error", asMubblesError(thrown));
        return "failed";
      })
      .then((reason) => {
        report.end(reason, { utterances: listeners.utterances, unfinished: loop.unfinished });
        events.close();
      });
    for await (const event of events) {
      await recorder.secured(event);
      yield event;
    }
  } catch (thrown) {
    throw signal.aborted ? new MubblesError("INTERRUPTED") : thrown;
  } finally {
    traceSpan("session", "listen", began);
    leave.abort();
    stop();
    for (const source of sources) await source.close();
    await Promise.all([engines.release(), previewEngines.release()]);
    listeners.close();
  }
}

async function openSources(
  names: readonly ChannelName[],
  sources: ChannelAudio[],
  options: ListenOptions,
  { clock, signal, report }: { clock: PacingClock; signal: AbortSignal; report: SessionReport },
): Promise<void> {
  for (const channel of names) {
    const device = options[channel]!;
    const onNotice = (notice: CaptureNotice) => report.notice(channel, notice);
    sources.push(await openChannelAudio({ channel, device, raw: options.raw, clock, signal, onNotice }));
  }
}

/** What settings do not do themselves: a channel listens to another device. Everybody is told. */
function obey(command: LiveCommand, sources: readonly ChannelAudio[], report: SessionReport): void {
  report.emit({ type: "status", command });
  if (command.type !== "device") return;
  const { channel, device } = command;
  const source = sources.find((source) => source.channel === channel);
  source?.switchTo(device).catch((thrown) => report.problem("warning", asMubblesError(thrown), channel));
}

interface Session {
  readonly events: EventQueue;
  readonly report: SessionReport;
  readonly recorder: SessionRecorder;
  readonly loop: DecodeLoop;
  /** Where audio is read as fast as text can be made. */
  readonly lockstep: Lockstep | undefined;
  /** Whether a channel is paused, so that silence is kept in its place, and its sound is not needed for the echo in the microphone. */
  isUnheard(channel: ChannelName): boolean;
  readonly stopReading: AbortSignal;
}

/** One channel until it ends or reading stops. Returns whether it was heard to that end: else it failed, and the others go on. */
async function hear(
  source: ChannelAudio,
  channel: ChannelListener,
  index: number,
  { events, report, recorder, loop, lockstep, isUnheard, stopReading }: Session,
): Promise<boolean> {
  const maxWaitingSeconds = lockstep === undefined ? MAX_WAITING_SECONDS : 0;
  let isOver = false;
  const name = source.channel;
  let hearing = Promise.resolve();
  const hearFrame = async (frame: Float32Array) => {
    // Exactly what is kept of it is heard, so that it can be heard again.
    const kept = toPcm16(isUnheard(name) ? new Float32Array(frame.length) : frame);
    recorder.audio(name, kept);
    recorder.step({ step: "frame", channel: name });
    const { echoIsLate, apply } = await channel.hear(fromPcm16(kept));
    recorder.step({ step: "heard", channel: name, ...(echoIsLate && { echo: "late" }) });
    apply();
  };
  const end = () => {
    recorder.step({ step: "ending", channel: name });
    const apply = channel.end();
    recorder.step({ step: "ended", channel: name });
    apply();
  };
  const takeIn = async (frames: AsyncIterable<Float32Array>) => {
    let waitingSince = performance.now();
    for await (const frame of frames) {
      traceSpan(name, "capture", waitingSince);
      await lockstep?.turn(index);
      if (isOver) return;
      hearing = hearFrame(frame);
      await hearing;
      const heard = performance.now();
      loop.wake();
      await Promise.all([events.room(), loop.caughtUp(maxWaitingSeconds)]);
      if (lockstep !== undefined) {
        await recorder.room();
        // No device paces what is read as fast as it can be: readers of events, and the engine, have their turn here.
        await yieldToOthers();
      }
      lockstep?.advance(index);
      traceSpan(name, "wait", heard);
      waitingSince = performance.now();
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
    // An abort does not wait for the frame under way.
    isOver = true;
    await hearing.catch(() => {});
    end();
    loop.wake();
    await loop.caughtUp(maxWaitingSeconds);
    lockstep?.end(index);
  }
}
