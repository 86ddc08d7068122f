/**
 * A connection to a PulseAudio server (or PipeWire's, which speaks the same protocol): the only file that imports pulseaudio.js.
 * That library emits errors on the connection and on every stream, also after both are done with; each needs a listener for good.
 */
import type { Socket } from "node:net";
import type { PulseAudio, RecordStream } from "pulseaudio.js";
import { MubblesError } from "../../../errors.js";
import { serverCookie, serverSocket } from "./server-address.js";

/** A server that is there answers in milliseconds; one that hangs never does. */
const ANSWER_MS = 3000;
/** Of what the server sends at once: small enough that live text does not wait for it. */
const FRAGMENT_MS = 20;
const NO_INDEX = 0xffffffff;
const BYTES_PER_SAMPLE = Float32Array.BYTES_PER_ELEMENT;

export interface PulseSource {
  /** What it is asked for by. */
  readonly name: string;
  readonly description: string;
  readonly channels: number;
  readonly sampleRateHz: number;
  /** Of the sink whose sound it is; undefined for a microphone and the like. */
  readonly monitorOf: string | undefined;
}

export interface PulseSink {
  readonly name: string;
  readonly description: string;
}

export interface PulseDevices {
  readonly sources: readonly PulseSource[];
  readonly sinks: readonly PulseSink[];
  readonly defaultSource: string;
  readonly defaultSink: string;
}

export interface RecordingRequest {
  readonly source: string;
  readonly channels: number;
  readonly sampleRateHz: number;
  /** Interleaved, full scale ±1. */
  readonly onSamples: (samples: Float32Array) => void;
  /** Once, when no more samples will come. */
  readonly onLost: (reason: string) => void;
}

export interface Recording {
  /** Name of the source that the server says it is connected to. */
  readonly source: string;
  readonly channels: number;
  readonly sampleRateHz: number;
}

/** What the library's answers to lists of sources and sinks are; it has no types for them. */
interface SourceOrSink {
  readonly name: string;
  readonly description: string | null;
  readonly sampleSpec: { readonly channels: number; readonly rate: number };
  /** Of a source: the sink that it monitors. */
  readonly monitor: { readonly index: number; readonly name: string | null };
}

/** Throws DEVICE_BACKEND_UNAVAILABLE where no server answers. */
export async function connectToPulse(env: NodeJS.ProcessEnv): Promise<PulseConnection> {
  const socket = serverSocket(env);
  const cookie = await serverCookie(env);
  // Not at the top: it asks for the user's id as soon as it is loaded, which Windows does not have.
  const { PulseAudio, PA_SAMPLE_FORMAT } = await import("pulseaudio.js");
  const server = new PulseAudio({ name: "mubbles" }, cookie, socket);
  const connection = new PulseConnection(server, PA_SAMPLE_FORMAT.FLOAT32LE);
  try {
    await inTime(server.connect());
    return connection;
  } catch (thrown) {
    connection.close();
    const detail = `${socket}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    throw new MubblesError("DEVICE_BACKEND_UNAVAILABLE", { where: "PulseAudio", detail, cause: thrown });
  }
}

class PulseConnection {
  readonly #server: PulseAudio;
  readonly #sampleFormat: number;
  #onLost: ((reason: string) => void) | undefined;

  constructor(server: PulseAudio, sampleFormat: number) {
    this.#server = server;
    this.#sampleFormat = sampleFormat;
    server.on("error", (error: Error) => {
      this.#lost(error.message);
      // After a packet that it does not understand the library is out of step.
      this.close();
    });
  }

  async devices(): Promise<PulseDevices> {
    const [server, sources, sinks] = await inTime(
      Promise.all([this.#server.getServerInfo(), this.#server.getAllSources(), this.#server.getAllSinks()]),
    );
    return {
      sources: (sources as unknown as SourceOrSink[]).map(toSource),
      sinks: (sinks as unknown as SourceOrSink[]).map(({ name, description }) => ({
        name,
        description: description ?? name,
      })),
      defaultSource: server.defaultSource,
      defaultSink: server.defaultSink,
    };
  }

  /** Rejects where the server refuses. One recording for each connection. */
  async record(request: RecordingRequest): Promise<Recording> {
    const { source, channels, sampleRateHz } = request;
    this.#onLost = request.onLost;
    const stream = await inTime(
      this.#server.createRecordStream({
        // Not "source", which the library takes without a word and records the default.
        name: source,
        sampleSpec: { format: this.#sampleFormat, channels, rate: sampleRateHz },
        fragmentSize: Math.round((sampleRateHz * FRAGMENT_MS) / 1000) * channels * BYTES_PER_SAMPLE,
        adjustLatency: true,
        // A stream whose source goes away is to end, not to go on with another one.
        noMove: true,
        properties: { media: { name: "live transcription" } },
      }),
    );
    this.#listen(stream, request);
    return { source: await this.#sourceOf(stream), channels, sampleRateHz };
  }

  close(): void {
    this.#onLost = undefined;
    // Not disconnect(), which waits for the server: one that hangs would keep this process.
    (this.#server.sock as Socket | undefined)?.destroy();
  }

  #listen(stream: RecordStream, { onSamples }: RecordingRequest): void {
    stream.on("data", (bytes: Buffer) => onSamples(toSamples(bytes)));
    stream.on("error", (error: Error) => this.#lost(error.message));
    stream.on("moved", ({ destination }: { destination?: { name: string | null } }) =>
      this.#lost(`the sound server moved the recording to ${destination?.name}`),
    );
  }

  /** Asked anew: what the answer to opening says is what the stream was meant to be. */
  async #sourceOf(stream: RecordStream): Promise<string> {
    const { sourceOutput } = stream as unknown as { sourceOutput: number };
    const { source } = await inTime(this.#server.getSourceOutputInfo(sourceOutput));
    const { name } = (await inTime(this.#server.getSourceInfo(source))) as SourceOrSink;
    return name;
  }

  #lost(reason: string): void {
    this.#onLost?.(reason);
    this.#onLost = undefined;
  }
}

function toSource({ name, description, sampleSpec, monitor }: SourceOrSink): PulseSource {
  return {
    name,
    description: description ?? name,
    channels: sampleSpec.channels,
    sampleRateHz: sampleSpec.rate,
    monitorOf: monitor.index === NO_INDEX ? undefined : (monitor.name ?? undefined),
  };
}

/** A copy: what the socket gives need not lie at a multiple of four bytes. */
function toSamples(bytes: Buffer): Float32Array {
  const samples = new Float32Array(Math.floor(bytes.length / BYTES_PER_SAMPLE));
  new Uint8Array(samples.buffer).set(bytes.subarray(0, samples.byteLength));
  return samples;
}

async function inTime<Value>(answer: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_MS / 1000} s`)), ANSWER_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
