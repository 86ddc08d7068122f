/** What the writer of the report and the script in its page agree on. */

/** Read by the script from a block of JSON. */
export interface ReportFacts {
  readonly durationSeconds: number;
  /** Names of the channels; the columns, lanes and audio are numbered as they are. */
  readonly speakers: readonly string[];
  /** Moments that somebody marked. */
  readonly marksSeconds: readonly number[];
  readonly spectrum: {
    readonly bands: number;
    /** Of one column. */
    readonly stepSeconds: number;
    /** Of one line of a block; the last may be shorter. */
    readonly lineColumns: number;
  };
}

/** Ids and classes in the page. A block's channel is in its data-channel. */
export const FACTS_ID = "facts";
/** Base64 of a compressed recording. */
export const AUDIO_CLASS = "audio-data";
/** A line of base64 for each `lineColumns` columns: raw deflate of [columns × bands] bytes, low bands first. */
export const SPECTRUM_CLASS = "spectrum-data";
