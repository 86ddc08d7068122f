/**
 * What makes a session what it is, told to whoever keeps it. The session is a row of steps: each runs without a break and does the same
 * thing again when the same steps were taken before it on the same audio. What goes on between them (listening for a voice, decoding)
 * depends on nothing but what a step gave it. So audio and steps together are the session, and all that a clock, a device, a user or
 * the speed of the machine decided is in the order of the steps and in what is written beside them.
 */
import type { MubblesError } from "../../errors.js";
import type { ChannelName, LiveCommand, LiveEvent, LoadLevel } from "../../live-events.js";

export type Step =
  /** A frame of audio comes in. */
  | { readonly step: "frame"; readonly channel: ChannelName }
  /** It is known whether somebody speaks in it. Late: the loopback's frame was, and silence stood for it in the search for an echo. */
  | { readonly step: "heard"; readonly channel: ChannelName; readonly echo?: "late" }
  /** The channel has no more frames. */
  | { readonly step: "ending"; readonly channel: ChannelName }
  /** And all of it has been heard. */
  | { readonly step: "ended"; readonly channel: ChannelName }
  | DecodeStep
  /** What came of it counts from now on. */
  | { readonly step: "decoded"; readonly task: "final" | "speculation" | "check" }
  | {
      readonly step: "decoded";
      readonly task: "partial";
      /** The one it was decoded in: where none was asked for, that depends on what else the engine had heard by then. */
      readonly language: string;
    }
  /** The model gives its memory back, and forgets which languages are spoken. */
  | { readonly step: "unload" }
  | { readonly step: "command"; readonly command: LiveCommand }
  /** An event that no step explains: a device, the engine's state, the load, the beginning, the end. */
  | { readonly step: "told" };

/** Audio is given to the engine; one hypothesis, one check and one of the others may be under way at a time. */
export interface DecodeStep {
  readonly step: "decode";
  readonly task: "final" | "speculation" | "check" | "partial";
  readonly channel: ChannelName;
  readonly utterance: number;
  /** Audio of the utterance that it hears. */
  readonly startSample: number;
  readonly endSample: number;
  /** Decides how dear the decoding may be. */
  readonly load: LoadLevel;
}

/** None of these may throw, and those that are no promise may not wait: they are called in the middle of the work. */
export interface SessionRecorder {
  /** Where what goes wrong with it is told. */
  onProblem: (error: MubblesError) => void;
  /** The next frame of a channel, before its "frame" step. Given away. */
  audio(channel: ChannelName, frame: Int16Array): void;
  step(step: Step): void;
  event(event: LiveEvent): void;
  /** Resolves when the event would survive the end of this process, or when there is no hope that it will. */
  secured(event: LiveEvent): Promise<void>;
  /** Resolves when more audio may come. Who reads faster than people speak waits for it; nobody else can. */
  room(): Promise<void>;
}

/** Keeps nothing. */
export function noRecorder(): SessionRecorder {
  const nothing = () => {};
  const settled = async () => {};
  return {
    onProblem: nothing,
    audio: nothing,
    step: nothing,
    event: nothing,
    secured: settled,
    room: settled,
  };
}
