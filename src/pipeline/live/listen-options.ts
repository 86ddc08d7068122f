/** How `mubbles listen` listens. */
import type { RawFormat } from "../../audio/raw-format.js";
import { DEFAULT_DECODING_OPTIONS, type DecodingOptions } from "../../model/decoding-options.js";
import type { EngineOptions } from "../../model/engine.js";
import type { PolicyName } from "./policy/text-policy.js";

export interface ListenOptions {
  /** A device by name or id, "default", or a virtual one, "file:PATH" or "-"; undefined: nobody listens to this channel. */
  readonly mic: string | undefined;
  readonly loopback: string | undefined;
  /** Format of headerless input of virtual devices; undefined: it says what it is. */
  readonly raw: RawFormat | undefined;
  /** Of virtual devices: 1 is real time; max: as fast as text can be made. */
  readonly speed: number | "max";
  readonly engine: EngineOptions;
  /** A smaller model that partial text comes from; undefined: the same. */
  readonly previewModel: string | undefined;
  /** Of final text. Its language and task hold for partial text too. */
  readonly decoding: DecodingOptions;
  /** How text is confirmed before it is final; off: nothing is. */
  readonly policy: PolicyName;
  /** Part of full scale that the peak of a frame must reach before anything is taken for the beginning of speech. */
  readonly threshold: number;
  /** Probability at which speech begins. */
  readonly vadThreshold: number;
  /** Shorter speech is dropped as a click. */
  readonly minSpeechMs: number;
  /** An utterance ends after so much silence. */
  readonly silenceMs: number;
  /** Whether what the loudspeakers play is kept out of the mic's text; auto: where both channels are listened to. */
  readonly echoGate: "auto" | "on" | "off";
  /** Whether there are spectrum events: somebody draws a spectrogram. */
  readonly hasSpectrum: boolean;
  /** Seconds without speech after which the model gives its memory back; Infinity: never. */
  readonly unloadAfterSeconds: number;
}

export const DEFAULT_LISTEN_OPTIONS = {
  mic: undefined,
  loopback: undefined,
  raw: undefined,
  speed: 1,
  engine: { model: "base", compute: undefined, threads: undefined, device: "auto" },
  previewModel: undefined,
  decoding: DEFAULT_DECODING_OPTIONS,
  policy: "local-agreement",
  threshold: 0.05,
  vadThreshold: 0.5,
  minSpeechMs: 250,
  silenceMs: 600,
  echoGate: "auto",
  hasSpectrum: false,
  unloadAfterSeconds: 120,
} as const satisfies ListenOptions;
