/** A device that is lost and found again: what reads it sees packets that stop for a while. */
import type { CaptureBackend, CaptureStream, DeviceRequest } from "./backend.js";
import type { CaptureNotice } from "./channel-audio.js";

export interface ReopeningOptions {
  readonly backend: CaptureBackend;
  readonly request: DeviceRequest;
  readonly signal: AbortSignal;
  readonly onNotice: (notice: CaptureNotice) => void;
}

/**
 * Throws what the first opening throws (DEVICE_NOT_FOUND and so on). After that `packets` of the stream throw nothing: they pause while
 * the device is away, and end after `close` or an abort. `device` is the one that was opened last.
 */
export type OpenReopening = (options: ReopeningOptions) => Promise<CaptureStream>;
