/** Speech as Opus in Ogg, which every browser plays and which seeks without an index. */

export const OPUS_MEDIA_TYPE = "audio/ogg; codecs=opus";
/** Speech of 16 kHz gains nothing audible from more. */
export const OPUS_BITS_PER_SECOND = 24_000;

export interface OpusEncoder {
  /** The next samples, 16 kHz mono. */
  push(samples: Float32Array): Promise<void>;
  /** The whole file. Throws what the encoder says. */
  end(): Promise<Buffer>;
  /** Lets go of everything; after `end` it does nothing. */
  discard(): void;
}
