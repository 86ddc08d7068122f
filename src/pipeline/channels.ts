/** The speakers of a recording: one for each channel, or all of it as one. */
import type { Media } from "../audio/media.js";
import { MubblesError } from "../errors.js";
import type { Engine } from "../model/engine.js";
import type { Segment } from "../transcript.js";
import type { TranscribeOptions } from "./transcribe-options.js";

/** What is remembered of a channel, or of the recording where all are one. */
export interface Channel {
  /** To the engine each is a recording of its own, with a language of its own. */
  readonly recording: number;
  /** What its segments are marked with. */
  readonly label: Pick<Segment, "channel" | "speaker">;
  hasLanguage: boolean;
  /** Of its last segment. */
  endSeconds: number;
}

/** Throws USAGE where there are more names than channels. */
export function channelsOf(
  input: string,
  media: Media,
  options: TranscribeOptions,
  engine: Engine,
): Channel[] {
  const newChannel = (label: Channel["label"]): Channel => {
    return { recording: engine.newRecording(), label, hasLanguage: false, endSeconds: 0 };
  };
  if (options.channel !== "split") return [newChannel({})];
  const { speakers } = options;
  const { channels } = media.info;
  if (speakers.length > channels) {
    const detail = `${speakers.length} names in --speakers, but it has ${channels} channels`;
    throw new MubblesError("USAGE", { where: input, detail });
  }
  return Array.from({ length: channels }, (_, channel) =>
    newChannel({ channel, speaker: speakers[channel] ?? `Speaker ${channel + 1}` }),
  );
}
