/** WAV files made to measure. */

interface WavOptions {
  readonly frames: number;
  readonly channels?: number;
  readonly sampleRateHz?: number;
  /** What the header says; the truth where left out. */
  readonly riffBytes?: number;
  readonly dataBytes?: number;
  readonly formatTag?: number;
  /** Chunks between fmt and data. */
  readonly before?: Buffer;
  readonly after?: Buffer;
}

/** 16-bit PCM whose n-th sample (counting all channels) is n, from 0 to 999 and over again. */
export function wavFile(options: WavOptions): Buffer {
  const { frames, channels = 1, sampleRateHz = 16_000, formatTag = 1 } = options;
  const { before = Buffer.alloc(0), after = Buffer.alloc(0) } = options;
  const data = Buffer.alloc(frames * channels * 2);
  for (let i = 0; i < frames * channels; i++) data.writeInt16LE(i % 1000, i * 2);
  const fmt = Buffer.alloc(16);
  fmt.writeUInt16LE(formatTag, 0);
  fmt.writeUInt16LE(channels, 2);
  fmt.writeUInt32LE(sampleRateHz, 4);
  fmt.writeUInt32LE(sampleRateHz * channels * 2, 8);
  fmt.writeUInt16LE(channels * 2, 12);
  fmt.writeUInt16LE(16, 14);
  const chunks = Buffer.concat([
    ...[chunk("fmt ", fmt), before],
    ...[chunk("data", data, options.dataBytes ?? data.length), after],
  ]);
  const riff = Buffer.from("RIFF____WAVE");
  riff.writeUInt32LE(options.riffBytes ?? 4 + chunks.length, 4);
  return Buffer.concat([riff, chunks]);
}

/** A chunk, padded to an even length, with its true size unless told otherwise. */
export function chunk(name: string, body: Buffer, size = body.length): Buffer {
  const header = Buffer.from(`${name}____`);
  header.writeUInt32LE(size, 4);
  return Buffer.concat([header, body, Buffer.alloc(body.length % 2)]);
}
