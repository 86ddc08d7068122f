/** Between a device, which cannot wait, and its reader, who may be slow: a bounded queue that drops the oldest and counts it. */
import type { CapturePacket } from "./backend.js";

/** A pause of the machine this long loses nothing; 12 MB of stereo at 48 kHz. */
const MAX_QUEUED_SECONDS = 30;

/** One writer, one reader. */
export class PacketQueue implements AsyncIterable<CapturePacket> {
  readonly #packets: CapturePacket[] = [];
  #queuedSeconds = 0;
  #droppedSeconds = 0;
  #end: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  get droppedSeconds(): number {
    return this.#droppedSeconds;
  }

  push(packet: CapturePacket): void {
    if (this.#end !== undefined || packet.samples.length === 0) return;
    this.#packets.push(packet);
    this.#queuedSeconds += secondsOf(packet);
    while (this.#queuedSeconds > MAX_QUEUED_SECONDS) this.countDropped(this.#take());
    this.#wakeReader();
  }

  /** Of what was lost before it came here, too. */
  countDropped(seconds: number): void {
    this.#droppedSeconds += seconds;
  }

  /** The reader ends after what is queued; with an error it throws that. */
  end(error?: unknown): void {
    this.#end ??= { error };
    this.#wakeReader();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<CapturePacket, void, undefined> {
    for (;;) {
      const packet = this.#packets[0];
      if (packet !== undefined) {
        this.#take();
        yield packet;
      } else if (this.#end !== undefined) {
        if (this.#end.error !== undefined) throw this.#end.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  /** Takes the oldest packet out; how long it was. */
  #take(): number {
    const packet = this.#packets.shift();
    const seconds = packet === undefined ? 0 : secondsOf(packet);
    this.#queuedSeconds -= seconds;
    return seconds;
  }

  #wakeReader(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

function secondsOf({ samples, channels, sampleRateHz }: CapturePacket): number {
  return samples.length / channels / sampleRateHz;
}
