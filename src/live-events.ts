/**
 * The closed union of what `mubbles listen` tells the outside: the interface, JSON lines and the session file read these and
 * nothing else. All times are seconds of the session's one timeline, which begins when the session event is emitted.
 *
 * Text of an utterance is partial, then confirmed, then final. `confirmed` events of an utterance follow one another and are never
 * taken back; `partial` is what may come after them and replaces the partial before; `final` replaces all of it.
 */
import type { ErrorCode } from "./errors.js";
import type { Word } from "./transcript.js";

export type ChannelName = "mic" | "loopback";

/** A word of text that is not final: no probability is promised for it. */
export type LiveWord = Pick<Word, "word" | "startSeconds" | "endSeconds">;

export interface ChannelInfo {
  readonly channel: ChannelName;
  /** The device that was really opened, as people know it; a path for a virtual one. */
  readonly device: string;
  readonly backend: string;
  readonly sampleRateHz: number;
  readonly channels: number;
}

/** Where the time went since the session began, in seconds of wall clock; `samples` are the text tokens. */
export interface LiveTimings {
  readonly loadSeconds: number;
  readonly melSeconds: number;
  readonly vadSeconds: number;
  readonly encodeSeconds: number;
  readonly decodeSeconds: number;
  readonly speechSeconds: number;
  readonly partials: number;
  readonly finals: number;
  readonly tokens: number;
}

/** What whoever watches may ask of the session. A change of how text is decoded takes effect at the next utterance. */
export type LiveCommand =
  /** Muted: the meter lives on, nothing is transcribed; a session that is kept has the sound. */
  | { readonly type: "mute"; readonly channel: ChannelName; readonly on: boolean }
  /** Paused: nothing of the channel is looked at or kept; but what the loopback plays, while an open microphone may hear it. */
  | { readonly type: "pause"; readonly channel: ChannelName; readonly on: boolean }
  | { readonly type: "beam-size"; readonly beamSize: number }
  /** Whisper's language code; undefined: detect it. */
  | { readonly type: "language"; readonly language: string | undefined }
  | { readonly type: "task"; readonly task: "transcribe" | "translate" }
  | { readonly type: "threshold"; readonly threshold: number }
  | { readonly type: "device"; readonly channel: ChannelName; readonly device: string }
  | { readonly type: "mark" };

/** What whoever watches a replay may ask of its time. */
export type ReplayCommand =
  | { readonly type: "pause"; readonly on: boolean }
  /** Seconds of the session in a second. */
  | { readonly type: "speed"; readonly speed: number }
  /** While it stands still: up to the next event that is not a level. */
  | { readonly type: "step" };

/** Text gets cheaper when the machine is too slow: partials get rarer, then finals are decoded greedily. */
export type LoadLevel = "normal" | "fewer-partials" | "greedy-finals";

interface Emitted {
  /** When it was emitted. */
  readonly atSeconds: number;
}

interface OfChannel extends Emitted {
  readonly channel: ChannelName;
}

interface OfUtterance extends OfChannel {
  /** 0, 1, 2 … over both channels, in the order in which they began. */
  readonly utterance: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
}

export interface SessionEvent extends Emitted {
  readonly type: "session";
  readonly version: string;
  /** ISO 8601, the wall clock at 0 s. */
  readonly startedAt: string;
  readonly model: string;
  readonly previewModel: string | undefined;
  readonly language: string | undefined;
  readonly task: "transcribe" | "translate";
  readonly policy: string;
  readonly beamSize: number;
  readonly threads: number;
  readonly threshold: number;
  readonly channels: readonly ChannelInfo[];
}

export interface LevelEvent extends OfChannel {
  readonly type: "level";
  /** dBFS: 0 is full scale; -120 stands for digital silence. */
  readonly rmsDbfs: number;
  readonly peakDbfs: number;
}

/** What a spectrogram is drawn of. Only for who asks for it; no part of the JSON lines. */
export interface SpectrumEvent extends OfChannel {
  readonly type: "spectrum";
  /** Of the first column. */
  readonly startSeconds: number;
  readonly stepSeconds: number;
  /** One for each step: log-mel by band, low to high, from 0 (80 dB below full scale and less) to 255. */
  readonly columns: readonly Uint8Array[];
}

export interface SpeechEvent extends OfChannel {
  readonly type: "speech";
  readonly utterance: number;
  readonly state: "start" | "end";
  readonly startSeconds: number;
  /** Where state is "end". */
  readonly endSeconds: number | undefined;
}

export interface PartialEvent extends OfUtterance {
  readonly type: "partial";
  readonly text: string;
  readonly words: readonly LiveWord[];
}

export interface ConfirmedEvent extends OfUtterance {
  readonly type: "confirmed";
  readonly text: string;
  readonly words: readonly LiveWord[];
}

export interface FinalEvent extends OfUtterance {
  readonly type: "final";
  /** Empty where the full decoder heard nothing. */
  readonly text: string;
  readonly words: readonly Word[];
  readonly language: string;
  readonly languageProbability: number;
  readonly avgLogprob: number;
  readonly noSpeechProb: number;
  readonly temperature: number;
  /** Wall clock spent on it; with the length of the utterance this is the speed. */
  readonly computeSeconds: number;
}

export type EngineState = "loading" | "ready" | "released";
export type CaptureState = "open" | "stalled" | "lost" | "recovered" | "ended";

/**
 * With a channel: what became of its device. With a command: what somebody asked of the session, which holds from now on. Else the engine,
 * when its state or the load changes and after each final.
 */
export type StatusEvent =
  | (OfChannel & { readonly type: "status"; readonly capture: CaptureState; readonly device: string })
  | (Emitted & { readonly type: "status"; readonly channel?: undefined; readonly command: LiveCommand })
  | (Emitted & {
      readonly type: "status";
      readonly channel?: undefined;
      readonly command?: undefined;
      readonly engine: EngineState;
      readonly load: LoadLevel;
      /** The oldest audio that still waits for its final. */
      readonly lagSeconds: number;
      /** Audio dropped at capture, of both channels. */
      readonly droppedSeconds: number;
      readonly timings: LiveTimings;
    });

/** `error` ends the session (or, with a channel, that channel); after a `warning` it goes on. */
export interface ProblemEvent extends Emitted {
  readonly type: "warning" | "error";
  readonly channel?: ChannelName | undefined;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

export interface EndEvent extends Emitted {
  readonly type: "end";
  readonly reason: "interrupted" | "sources-ended" | "failed";
  readonly utterances: number;
  readonly droppedSeconds: number;
  readonly timings: LiveTimings;
}

export type LiveEvent =
  | SessionEvent
  | LevelEvent
  | SpectrumEvent
  | SpeechEvent
  | PartialEvent
  | ConfirmedEvent
  | FinalEvent
  | StatusEvent
  | ProblemEvent
  | EndEvent;
