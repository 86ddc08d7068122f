/** A device that is lost and found again: who reads it sees packets that pause for a while, and notices of what happened. */
import { setTimeout as sleep } from "node:timers/promises";
import { asMubblesError, MubblesError } from "../../errors.js";
import type { CaptureState } from "../../live-events.js";
import type { AudioDevice, CaptureBackend, CapturePacket, CaptureStream, DeviceRequest } from "./backend.js";
import type { CaptureNotice } from "./channel-audio.js";
import { chooseDevice } from "./choose-device.js";
import { STALLED, watchForStall } from "./stall-watch.js";

/** Longer than the 2 s at which an idle PulseAudio null sink ticks. Opened again in vain, a device is left alone for longer. */
const STALL_MS = 5000;
const MAX_STALL_MS = 60_000;
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 2000;
/** A device that comes back is preferred to another default this long: a sound server needs a moment to find its devices. */
const SAME_DEVICE_MS = 1000;

export interface ReopeningOptions {
  readonly backend: CaptureBackend;
  readonly request: DeviceRequest;
  readonly signal: AbortSignal;
  readonly onNotice: (notice: CaptureNotice) => void;
}

/** A stream that survives its device. */
export interface LastingStream extends CaptureStream {
  /** Another device of the same kind, from now on. Throws DEVICE_… where it cannot be opened, and the old one goes on. */
  switchTo(name: string): Promise<void>;
}

/**
 * Throws what the first opening throws (DEVICE_NOT_FOUND and so on). After that `packets` of the stream throw nothing: they pause while
 * the device is away, and end after `close` or an abort. `device` is the one that was opened last.
 */
export async function openReopening(options: ReopeningOptions): Promise<LastingStream> {
  const { backend, request, signal } = options;
  signal.throwIfAborted();
  const device = chooseDevice(await backend.devices(), request);
  const stream = await backend.open(device);
  return new ReopeningStream(options, stream);
}

class ReopeningStream implements LastingStream {
  readonly #options: ReopeningOptions;
  readonly #leave = new AbortController();
  readonly #signal: AbortSignal;
  #request: DeviceRequest;
  #stream: CaptureStream;
  #state: CaptureState = "open";
  /** Of streams before the present one. */
  #droppedBeforeSeconds = 0;

  constructor(options: ReopeningOptions, stream: CaptureStream) {
    this.#options = options;
    this.#request = options.request;
    this.#stream = stream;
    this.#signal = AbortSignal.any([options.signal, this.#leave.signal]);
    this.#signal.addEventListener("abort", () => void this.#stream.close(), { once: true });
    if (this.#signal.aborted) void stream.close();
    this.#tell("open");
  }

  get device(): AudioDevice {
    return this.#stream.device;
  }

  get packets(): AsyncIterable<CapturePacket> {
    return this.#read();
  }

  get droppedSeconds(): number {
    return this.#droppedBeforeSeconds + this.#stream.droppedSeconds;
  }

  async switchTo(name: string): Promise<void> {
    const { backend } = this.#options;
    const request = { ...this.#request, name };
    const stream = await backend.open(chooseDevice(await backend.devices(), request));
    const previous = this.#stream;
    this.#request = request;
    this.#take(stream);
    await previous.close();
    if (this.#signal.aborted) await stream.close();
    else this.#tell("open");
  }

  async close(): Promise<void> {
    this.#leave.abort();
    await this.#stream.close();
  }

  async *#read(): AsyncGenerator<CapturePacket, void, undefined> {
    let stallMs = STALL_MS;
    try {
      while (!this.#signal.aborted) {
        const stream = this.#stream;
        try {
          for await (const packet of this.#watched(stallMs)) {
            if (packet === STALLED) {
              this.#stalled(stallMs);
              stallMs = Math.min(2 * stallMs, MAX_STALL_MS);
              break;
            }
            stallMs = STALL_MS;
            if (this.#state !== "open") this.#recovered();
            yield packet;
          }
        } catch (thrown) {
          const error = unlessBug(thrown);
          if (this.#stream === stream) this.#lost(error);
        }
        // Another device may have taken its place meanwhile.
        if (this.#stream === stream) await this.#reopen();
      }
    } finally {
      await this.close();
    }
  }

  #watched(stallMs: number): AsyncIterable<CapturePacket | typeof STALLED> {
    const { packets, device } = this.#stream;
    return device.isSilentWhenIdle ? packets : watchForStall(packets, stallMs);
  }

  /** Tries until there is a device or somebody leaves. */
  async #reopen(): Promise<void> {
    const lostMs = performance.now();
    const previous = this.#stream;
    await previous.close();
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(2 * waitMs, MAX_RETRY_MS)) {
      // An abort is no error here: the loop that reads sees it.
      await sleep(waitMs, undefined, { signal: this.#signal }).catch(() => {});
      if (this.#signal.aborted || this.#stream !== previous) return;
      try {
        const stream = await this.#openAgain(previous.device, performance.now() - lostMs);
        if (stream === undefined) continue;
        if (this.#stream !== previous) {
          await stream.close();
          return;
        }
        this.#take(stream);
        if (this.#signal.aborted) await stream.close();
        else if (stream.device.isSilentWhenIdle) this.#recovered();
        return;
      } catch (thrown) {
        const error = unlessBug(thrown);
        // A silent device may turn out to be one that is gone.
        if (this.#state === "stalled") this.#lost(error);
      }
    }
  }

  async #openAgain(previous: AudioDevice, awayMs: number): Promise<CaptureStream | undefined> {
    const { backend } = this.#options;
    const devices = await backend.devices();
    const same = devices.find(({ id, kind }) => id === previous.id && kind === previous.kind);
    if (same === undefined && awayMs < SAME_DEVICE_MS) return undefined;
    return backend.open(same ?? chooseDevice(devices, this.#request));
  }

  #take(stream: CaptureStream): void {
    this.#droppedBeforeSeconds += this.#stream.droppedSeconds;
    this.#stream = stream;
  }

  #stalled(stallMs: number): void {
    if (this.#state !== "open") return;
    this.#tell("stalled");
    this.#warn(
      new MubblesError("DEVICE_STALLED", { where: this.device.name, detail: `for ${stallMs / 1000} s` }),
    );
  }

  #lost(error: MubblesError): void {
    if (this.#signal.aborted || this.#state === "lost") return;
    this.#tell("lost");
    this.#warn(error);
  }

  #recovered(): void {
    this.#tell("recovered");
    this.#state = "open";
  }

  #tell(state: CaptureState): void {
    this.#state = state;
    this.#options.onNotice({ type: "capture", state, device: this.device.name });
  }

  #warn(error: MubblesError): void {
    this.#options.onNotice({ type: "warning", error });
  }
}

function unlessBug(thrown: unknown): MubblesError {
  if (thrown instanceof MubblesError) return thrown;
  throw asMubblesError(thrown);
}
