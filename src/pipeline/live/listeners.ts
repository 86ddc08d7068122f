/** The listeners of a session: live, and when what was recorded is heard again. */
import type { ChannelName } from "../../live-events.js";
import { SileroVad } from "../../model/silero.js";
import { ChannelListener } from "./channel-listener.js";
import { EchoGate } from "./echo-gate.js";
import type { EngineHost } from "./engine-host.js";
import type { ListenOptions } from "./listen-options.js";
import type { LiveSettings } from "./live-settings.js";
import type { SessionReport } from "./session-report.js";
import { VoiceDetector } from "./voice-detector.js";

/** In the order in which they are opened: what the microphone hears of the loopback is known before it. */
export const CHANNELS = ["loopback", "mic"] as const satisfies readonly ChannelName[];

interface ListenerParts {
  readonly options: ListenOptions;
  readonly settings: LiveSettings;
  readonly engines: EngineHost;
  readonly previewEngines: EngineHost;
  readonly report: SessionReport;
  /** Real time: the loopback is not waited for longer than a moment. */
  readonly isLive: boolean;
  /** Of what was recorded: frames of the microphone that the loopback was waited for in vain. */
  readonly lateFrames?: ReadonlySet<number>;
}

/** Filled one by one, so that what is there can be freed wherever opening fails. */
export class Listeners {
  readonly channels: ChannelListener[] = [];
  #models: readonly SileroVad[] = [];
  readonly #numbers = { next: 0 };
  #hasEcho = false;

  /** Utterances so far, over all channels. */
  get utterances(): number {
    return this.#numbers.next;
  }

  /** Whether the loopback's sound is looked for in the microphone. */
  get hasEcho(): boolean {
    return this.#hasEcho;
  }

  /** In the order of the names. Throws what Engine.start and SileroVad.load throw. */
  async open(
    names: readonly ChannelName[],
    { options, settings, engines, previewEngines, report, isLive, lateFrames }: ListenerParts,
  ): Promise<void> {
    const { nMels } = (await engines.lease()).engine;
    const previewMels = (await previewEngines.lease()).engine.nMels;
    const { echoGate } = options;
    const echo =
      names.length > 1 && echoGate !== "off" ? new EchoGate(echoGate, isLive, lateFrames) : undefined;
    this.#hasEcho = echo !== undefined;
    this.#models = await SileroVad.loadSeveral(names.length);
    for (const [i, channel] of names.entries()) {
      const voice = new VoiceDetector(this.#models[i]!);
      const numbers = this.#numbers;
      this.channels.push(
        new ChannelListener({ channel, voice, echo, options, settings, nMels, previewMels, numbers, report }),
      );
    }
  }

  close(): void {
    for (const channel of this.channels) channel.free();
    for (const model of this.#models) model.free();
  }
}
