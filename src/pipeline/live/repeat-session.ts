/**
 * A recorded session once more: the same parts as in listen.ts, driven by the steps that were taken then (session-recorder.ts) instead of
 * a clock, devices and a scheduler. Each step gives the same events again, but for what was measured.
 */
import type { ChannelName, LiveEvent } from "../../live-events.js";
import type { ChannelListener, HeardFrame } from "./channel-listener.js";
import { DecodeJobs } from "./decode-jobs.js";
import { EngineHost, hostOfPreview } from "./engine-host.js";
import type { Hypothesis } from "./hypothesis.js";
import type { ListenOptions } from "./listen-options.js";
import { CHANNELS, Listeners } from "./listeners.js";
import { LiveSettings } from "./live-settings.js";
import { type DecodeStep, noRecorder, type Step } from "./session-recorder.js";
import { SessionReport } from "./session-report.js";

interface SessionToRepeat {
  readonly options: ListenOptions;
  readonly steps: readonly Step[];
  /** The next frame of a channel; undefined where its recording ends. */
  nextFrame(channel: ChannelName): Promise<Float32Array | undefined>;
}

export interface RepeatedStep {
  readonly step: Step;
  /** For a decode: the step as it is now. It differs where other audio would be decoded. */
  readonly repeated: Step;
  /** What follows from the step. Of a "told" step, which nothing explains, none. */
  readonly events: readonly LiveEvent[];
}

/** Ends early where the recording of a channel does. Throws what Engine.start throws, and the signal's reason. */
export async function* repeatSession(
  { options, steps, nextFrame }: SessionToRepeat,
  signal: AbortSignal,
): AsyncGenerator<RepeatedStep> {
  const events: LiveEvent[] = [];
  const report = new SessionReport(options, { push: (event) => events.push(event) }, noRecorder());
  const engines = new EngineHost(options.engine, () => {});
  const previewEngines = hostOfPreview(options, engines);
  const listeners = new Listeners();
  const { channels } = listeners;
  try {
    const settings = new LiveSettings(options);
    settings.onCommand = (command) => report.emit({ type: "status", command });
    const names = CHANNELS.filter((channel) => options[channel] !== undefined);
    await listeners.open(names, {
      ...{ options, settings, engines, previewEngines, report },
      isLive: false,
      lateFrames: lateFrames(steps),
    });
    const jobs = new DecodeJobs({ channels, engines, report });
    const idle = { load: "normal", lagSeconds: 0 } as const;
    report.begin({ sources: [], now: () => 0, loop: idle, engines: new Set([engines, previewEngines]) });

    const hearing = new Map<ChannelName, Promise<HeardFrame>>();
    const ending = new Map<ChannelName, () => void>();
    let making: Promise<() => void> | undefined;
    let partial: Promise<Hypothesis> | undefined;
    let checking: Promise<() => void> | undefined;
    const languages = languagesOfPartials(steps);
    for (const step of steps) {
      signal.throwIfAborted();
      events.length = 0;
      let repeated = step;
      switch (step.step) {
        case "frame": {
          const frame = await nextFrame(step.channel);
          if (frame === undefined) return;
          hearing.set(step.channel, expected(listenerOf(step.channel).hear(frame)));
          break;
        }
        case "heard":
          (await hearing.get(step.channel)!).apply();
          break;
        case "ending":
          ending.set(step.channel, listenerOf(step.channel).end());
          break;
        case "ended":
          ending.get(step.channel)!();
          break;
        case "decode": {
          const index = names.indexOf(step.channel);
          if (!canDecode(channels[index]!, step)) {
            yield { step, repeated: { ...step, utterance: -1 }, events: [] };
            return;
          }
          repeated = jobs.stepOf(step.task, index, step.load);
          if (step.task === "partial") {
            partial = expected(jobs.partial(index, await previewEngines.lease(), languages.shift()));
          } else if (step.task === "check") checking = expected(jobs.check(index, step.load));
          else making = expected(jobs[step.task](index, step.load));
          break;
        }
        case "decoded":
          if (step.task === "partial") (await partial!).apply();
          else if (step.task === "check") (await checking!)();
          else (await making!)();
          break;
        case "unload":
          await Promise.all([engines.release(), previewEngines.release()]);
          break;
        case "command":
          settings.apply(step.command);
      }
      yield { step, repeated, events: [...events] };
    }
  } finally {
    await Promise.all([engines.release(), previewEngines.release()]);
    listeners.close();
  }

  function listenerOf(name: ChannelName): ChannelListener {
    return channels.find(({ channel }) => channel === name)!;
  }
}

/** Frames of the microphone that the loopback was waited for in vain. */
function lateFrames(steps: readonly Step[]): ReadonlySet<number> {
  const heard = steps.filter((step) => step.step === "heard" && step.channel === "mic");
  return new Set(heard.flatMap((step, frame) => ("echo" in step ? [frame] : [])));
}

/** The languages of the hypotheses in the order in which they were begun; one may have been given up. */
function languagesOfPartials(steps: readonly Step[]): (string | undefined)[] {
  const languages: (string | undefined)[] = [];
  for (const step of steps) {
    if (step.step === "decode" && step.task === "partial") languages.push(undefined);
    else if (step.step === "decoded" && step.task === "partial")
      languages[languages.length - 1] = step.language;
  }
  return languages;
}

/** Whether there is what was decoded then: another pipeline may have heard no utterance. */
function canDecode(channel: ChannelListener, { task }: DecodeStep): boolean {
  return (task === "final" ? channel.waiting[0] : channel.open) !== undefined;
}

/** A failure is met by who awaits it; where nobody does, the session had ended before. */
function expected<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {});
  return work;
}
