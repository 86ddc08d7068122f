/** What every way of capturing sound looks like: a list of devices, and a device opened as packets of samples. */

export interface AudioDevice {
  /** Unique within the backend, and what is asked of it. */
  readonly id: string;
  /** As people know it. */
  readonly name: string;
  /** What else it answers to; a loopback to the names of its output. */
  readonly aliases: readonly string[];
  /** A loopback is what an output plays. */
  readonly kind: "microphone" | "loopback";
  readonly isDefault: boolean;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly backend: string;
  /** Nothing at all comes while nothing is played: a pause is no stall. */
  readonly isSilentWhenIdle?: true;
}

/** Each says of itself what it holds: after a device was lost and found again, rate and channels may be others. */
export interface CapturePacket {
  /** [frames × channels] interleaved, full scale ±1. */
  readonly samples: Float32Array;
  readonly channels: number;
  readonly sampleRateHz: number;
  /** performance.now() when its last frame arrived. */
  readonly arrivedMs: number;
}

export interface CaptureStream {
  /** What was really opened, asked of the system after opening, with the rate and the channels of its packets. */
  readonly device: AudioDevice;
  /**
   * Packets as they arrive, until `close`; one reader. Throws MubblesError DEVICE_LOST when the device or its server goes away. A reader
   * that is too slow loses the oldest packets: they are counted in `droppedSeconds`.
   */
  readonly packets: AsyncIterable<CapturePacket>;
  readonly droppedSeconds: number;
  close(): Promise<void>;
}

export interface CaptureBackend {
  readonly name: string;
  /** Throws MubblesError DEVICE_BACKEND_UNAVAILABLE where its server or library is missing. */
  devices(): Promise<readonly AudioDevice[]>;
  /** Throws DEVICE_LOST where the device is not there or cannot be opened, DEVICE_WRONG where the system opened another one than was asked. */
  open(device: AudioDevice): Promise<CaptureStream>;
}

/** A device as people ask for it: "default", an id, a name or a part of one. */
export interface DeviceRequest {
  readonly kind: AudioDevice["kind"];
  readonly name: string;
}
