/** What whoever watches a live session may ask of it. A change of how text is decoded takes effect at the next utterance. */
import type { ChannelName } from "./live-events.js";

export type LiveCommand =
  /** Muted: the meter lives on, nothing is transcribed. */
  | { readonly type: "mute"; readonly channel: ChannelName; readonly on: boolean }
  /** Paused: nothing of the channel is looked at. */
  | { readonly type: "pause"; readonly channel: ChannelName; readonly on: boolean }
  | { readonly type: "beam-size"; readonly beamSize: number }
  /** Whisper's language code; undefined: detect it. */
  | { readonly type: "language"; readonly language: string | undefined }
  | { readonly type: "task"; readonly task: "transcribe" | "translate" }
  | { readonly type: "threshold"; readonly threshold: number }
  | { readonly type: "device"; readonly channel: ChannelName; readonly device: string }
  | { readonly type: "mark" };
