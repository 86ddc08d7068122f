/** Opus by FFmpeg's libraries through the optional package node-av. Its calls block: one for each 20 ms, less than 0.2 ms long. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SAMPLE_RATE_HZ } from "../../units.js";
import { FLOAT_SAMPLES, loadNodeAv, MONO, type NodeAv, reason } from "../node-av.js";
import { OPUS_BITS_PER_SECOND, type OpusEncoder } from "./opus-encoder.js";

const TIME_BASE = { num: 1, den: SAMPLE_RATE_HZ };

/** Undefined where the package, or Opus in it, is not there. */
export async function nodeAvOpusEncoder(): Promise<OpusEncoder | undefined> {
  const av = await loadNodeAv().catch(() => undefined);
  const codec = av?.Codec.findEncoderByName("libopus");
  if (av === undefined || codec == null) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "mubbles-opus-"));
  const path = join(folder, "audio.ogg");
  const file = new OggFile(av, codec, path);
  const close = async () => {
    file.free();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    async push(samples) {
      file.push(samples);
    },
    async end() {
      file.end();
      const bytes = await readFile(path);
      await close();
      return bytes;
    },
    discard() {
      void close();
    },
  };
}

class OggFile {
  readonly #av: NodeAv;
  readonly #encoder: InstanceType<NodeAv["CodecContext"]>;
  readonly #output: InstanceType<NodeAv["FormatContext"]>;
  readonly #frame: InstanceType<NodeAv["Frame"]>;
  readonly #packet: InstanceType<NodeAv["Packet"]>;
  /** What a frame takes, and what of the next one is there. */
  readonly #block: Float32Array;
  #filled = 0;
  #samples = 0n;
  #isFree = false;

  constructor(
    av: NodeAv,
    codec: Parameters<InstanceType<NodeAv["CodecContext"]>["open2Sync"]>[0],
    path: string,
  ) {
    this.#av = av;
    this.#encoder = new av.CodecContext();
    this.#encoder.allocContext3(codec);
    this.#encoder.sampleRate = SAMPLE_RATE_HZ;
    this.#encoder.sampleFormat = FLOAT_SAMPLES;
    this.#encoder.channelLayout = MONO;
    this.#encoder.bitRate = BigInt(OPUS_BITS_PER_SECOND);
    this.#encoder.timeBase = new av.Rational(TIME_BASE.num, TIME_BASE.den);
    // No options: the package frees a dictionary of them twice.
    this.#check(this.#encoder.open2Sync(codec, null));
    this.#output = new av.FormatContext();
    this.#check(this.#output.allocOutputContext2(null, "ogg", path));
    const stream = this.#output.newStream(null);
    this.#check(stream.codecpar.fromContext(this.#encoder));
    stream.timeBase = new av.Rational(TIME_BASE.num, TIME_BASE.den);
    this.#check(this.#output.openOutputSync());
    this.#check(this.#output.writeHeaderSync(null));
    this.#frame = new av.Frame();
    this.#frame.alloc();
    this.#packet = new av.Packet();
    this.#packet.alloc();
    this.#block = new Float32Array(this.#encoder.frameSize);
  }

  push(samples: Float32Array): void {
    for (let at = 0; at < samples.length; ) {
      const part = samples.subarray(at, at + this.#block.length - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#block.length) this.#encode();
    }
  }

  end(): void {
    this.#block.fill(0, this.#filled);
    if (this.#filled > 0) this.#encode();
    this.#check(this.#encoder.sendFrameSync(null));
    this.#write();
    this.#check(this.#output.writeTrailerSync());
    this.#output.closeOutputSync();
  }

  /** Native objects that are left to the garbage collector may crash the process at its end. */
  free(): void {
    if (this.#isFree) return;
    this.#isFree = true;
    this.#frame.free();
    this.#packet.free();
    this.#encoder.freeContext();
    this.#output.freeContext();
  }

  #encode(): void {
    const frame = this.#frame;
    frame.nbSamples = this.#block.length;
    frame.format = FLOAT_SAMPLES;
    frame.sampleRate = SAMPLE_RATE_HZ;
    frame.channelLayout = MONO;
    frame.pts = this.#samples;
    this.#samples += BigInt(this.#block.length);
    this.#check(frame.getBuffer(0));
    const { buffer, byteOffset, byteLength } = this.#block;
    Buffer.from(buffer, byteOffset, byteLength).copy(frame.data![0]!);
    this.#filled = 0;
    this.#check(this.#encoder.sendFrameSync(frame));
    frame.unref();
    this.#write();
  }

  /** Packets that are ready. */
  #write(): void {
    const [stream] = this.#output.streams;
    while (this.#encoder.receivePacketSync(this.#packet) >= 0) {
      this.#packet.streamIndex = 0;
      this.#packet.rescaleTs(new this.#av.Rational(TIME_BASE.num, TIME_BASE.den), stream!.timeBase);
      this.#check(this.#output.interleavedWriteFrameSync(this.#packet));
      this.#packet.unref();
    }
  }

  #check(status: number): void {
    if (status < 0) throw new Error(`Opus: ${reason(this.#av, status)}`);
  }
}
