/** Capture through a PulseAudio server, or PipeWire's: microphones, and the monitor of every output. */
import { asMubblesError, MubblesError } from "../../../errors.js";
import type { AudioDevice, CaptureBackend, CaptureStream } from "../backend.js";
import { PacketQueue } from "../packet-queue.js";
import { connectToPulse, type PulseDevices, type Recording } from "./pulse-connection.js";

const NAME = "pulse";

/** `env` is where PULSE_SERVER and the like are looked up. */
export function pulseBackend(env: NodeJS.ProcessEnv): CaptureBackend {
  return {
    name: NAME,
    devices: () => listDevices(env),
    open: (device) => openDevice(env, device),
  };
}

async function listDevices(env: NodeJS.ProcessEnv): Promise<AudioDevice[]> {
  const connection = await connectToPulse(env);
  try {
    return toDevices(await connection.devices());
  } catch (thrown) {
    throw new MubblesError("DEVICE_BACKEND_UNAVAILABLE", {
      where: "PulseAudio",
      detail: reasonOf(thrown),
      cause: thrown,
    });
  } finally {
    connection.close();
  }
}

function toDevices({ sources, sinks, defaultSource, defaultSink }: PulseDevices): AudioDevice[] {
  return sources.map((source) => {
    const { name: id, description, channels, sampleRateHz, monitorOf } = source;
    const facts = { id, channels, sampleRateHz, backend: NAME };
    if (monitorOf === undefined) {
      return {
        ...facts,
        name: description,
        aliases: [],
        kind: "microphone",
        isDefault: id === defaultSource,
      };
    }
    const output = sinks.find(({ name }) => name === monitorOf)?.description ?? monitorOf;
    // The default source may be a monitor, where there is no microphone: that makes it no default loopback.
    const isDefault = monitorOf === defaultSink;
    return { ...facts, name: output, aliases: [monitorOf, description], kind: "loopback", isDefault };
  });
}

async function openDevice(env: NodeJS.ProcessEnv, device: AudioDevice): Promise<CaptureStream> {
  const { id, channels, sampleRateHz } = device;
  const connection = await connectToPulse(env);
  const queue = new PacketQueue();
  try {
    const recording = await connection.record({
      source: id,
      channels,
      sampleRateHz,
      onSamples: (samples) => queue.push({ samples, channels, sampleRateHz, arrivedMs: performance.now() }),
      onLost: (reason) => queue.end(lost(device, reason)),
    });
    requireSource(device, recording);
  } catch (thrown) {
    connection.close();
    throw thrown instanceof MubblesError ? thrown : lost(device, reasonOf(thrown));
  }
  return {
    device,
    packets: queue,
    get droppedSeconds() {
      return queue.droppedSeconds;
    },
    close: async () => {
      connection.close();
      queue.end();
    },
  };
}

function requireSource(device: AudioDevice, { source }: Recording): void {
  if (source === device.id) return;
  throw new MubblesError("DEVICE_WRONG", {
    where: device.name,
    detail: `asked for ${device.id}, got ${source}`,
  });
}

function lost(device: AudioDevice, reason: string): MubblesError {
  return new MubblesError("DEVICE_LOST", { where: device.name, detail: reason });
}

function reasonOf(thrown: unknown): string {
  return asMubblesError(thrown).detail ?? String(thrown);
}
