/** A real device as a channel of the session: its packets on the timeline, waiting for their reader. */
import { addAbortSignal, Readable } from "node:stream";
import { asMubblesError, MubblesError } from "../../../errors.js";
import type { ChannelName } from "../../../live-events.js";
import { SAMPLE_RATE_HZ } from "../../../units.js";
import type { CaptureBackend } from "../backend.js";
import type { CaptureNotice, ChannelAudio, SessionClock } from "../channel-audio.js";
import { type LastingStream, openReopening } from "../reopening.js";
import { BoundedQueue } from "./bounded-queue.js";
import { Timeline } from "./timeline.js";

export interface OpenDeviceOptions {
  readonly channel: ChannelName;
  /** A name, an id or `default`. */
  readonly device: string;
  readonly backend: CaptureBackend;
  /** In real time. What the device delivers before the session starts is no part of it. */
  readonly clock: SessionClock;
  readonly onNotice: (notice: CaptureNotice) => void;
  /** So much may wait for the reader before the oldest is dropped: 30 s when not given. */
  readonly capacitySeconds?: number;
  /** Aborting destroys the stream at once. */
  readonly signal: AbortSignal;
}

const DEFAULT_CAPACITY_SECONDS = 30;
const TICK_MS = 50;
/** Drops are told of no more often. */
const DROP_NOTICE_MS = 10_000;

/** Throws MubblesError DEVICE_… where the device cannot be opened, or the signal's reason. */
export async function openDevice(options: OpenDeviceOptions): Promise<ChannelAudio> {
  const { channel, device, backend, onNotice, signal } = options;
  const kind = channel === "mic" ? "microphone" : "loopback";
  const capture = await openReopening({ backend, request: { kind, name: device }, signal, onNotice });
  return new DeviceChannel(capture, options);
}

class DeviceChannel implements ChannelAudio {
  readonly channel: ChannelName;
  readonly stream: Readable;
  readonly #capture: LastingStream;
  readonly #clock: SessionClock;
  readonly #onNotice: (notice: CaptureNotice) => void;
  readonly #queue: BoundedQueue;
  readonly #timeline: Timeline;
  readonly #ticking: NodeJS.Timeout;
  #isWanted = false;
  #isEnded = false;
  #toldDroppedSeconds = 0;
  #toldDropsMs = Number.NEGATIVE_INFINITY;

  constructor(capture: LastingStream, options: OpenDeviceOptions) {
    const { channel, clock, onNotice, capacitySeconds = DEFAULT_CAPACITY_SECONDS, signal } = options;
    this.channel = channel;
    this.#capture = capture;
    this.#clock = clock;
    this.#onNotice = onNotice;
    this.#queue = new BoundedQueue(capacitySeconds * SAMPLE_RATE_HZ);
    this.#timeline = new Timeline((samples) => this.#queue.push(samples));
    this.stream = new Readable({
      objectMode: true,
      highWaterMark: 1,
      read: () => {
        this.#isWanted = true;
        this.#deliver();
      },
      destroy: (error, done) => {
        clearInterval(this.#ticking);
        capture.close().then(
          () => done(error),
          (closing: Error) => done(error ?? closing),
        );
      },
    });
    // An abort before anybody reads must not end the process; a reader gets the error all the same.
    this.stream.on("error", () => {});
    addAbortSignal(signal, this.stream);
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
    void this.#listen();
  }

  get device(): string {
    return this.#capture.device.name;
  }

  get backend(): string {
    return this.#capture.device.backend;
  }

  get sampleRateHz(): number {
    return this.#capture.device.sampleRateHz;
  }

  get channels(): number {
    return this.#capture.device.channels;
  }

  get droppedSeconds(): number {
    const unread = this.#queue.droppedSamples / SAMPLE_RATE_HZ;
    return unread + this.#timeline.lostSeconds + this.#capture.droppedSeconds;
  }

  async switchTo(device: string): Promise<void> {
    await this.#capture.switchTo(device);
  }

  /** Ends the stream behind what has been captured. */
  async close(): Promise<void> {
    clearInterval(this.#ticking);
    await this.#capture.close();
    this.#end();
  }

  async #listen(): Promise<void> {
    try {
      for await (const packet of this.#capture.packets) {
        const nowSeconds = this.#clock.now();
        if (nowSeconds === 0) continue;
        const waitedSeconds = (performance.now() - packet.arrivedMs) / 1000;
        this.#timeline.push(packet, nowSeconds - waitedSeconds);
        this.#deliver();
      }
      this.#end();
    } catch (thrown) {
      this.stream.destroy(asMubblesError(thrown));
    }
  }

  #tick(): void {
    const nowSeconds = this.#clock.now();
    if (nowSeconds === 0) return;
    this.#timeline.tick(nowSeconds);
    this.#deliver();
    this.#tellDrops();
  }

  #deliver(): void {
    while (this.#isWanted) {
      const chunk = this.#queue.shift();
      if (chunk === undefined) break;
      this.#isWanted = this.stream.push(chunk);
    }
    if (this.#isWanted && this.#isEnded) this.#isWanted = this.stream.push(null);
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#timeline.end();
    this.#deliver();
  }

  #tellDrops(): void {
    const { droppedSeconds } = this;
    const nowMs = performance.now();
    if (droppedSeconds === this.#toldDroppedSeconds || nowMs - this.#toldDropsMs < DROP_NOTICE_MS) return;
    this.#toldDroppedSeconds = droppedSeconds;
    this.#toldDropsMs = nowMs;
    const detail = `${droppedSeconds.toFixed(1)} s so far`;
    const error = new MubblesError("AUDIO_DROPPED", { where: this.device, detail });
    this.#onNotice({ type: "warning", error });
  }
}
