/** Decoding by the ffmpeg program, where it is on PATH: the fallback for machines that node-av has no binary for. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { MubblesError } from "../errors.js";
import { SAMPLE_RATE_HZ } from "../units.js";
import { ChunkAssembler } from "./chunk-assembler.js";
import { type AudioTrack, chooseTrack, type Probe, parseProbe } from "./ffmpeg-probe.js";
import {
  type ChannelChoice,
  type MediaInfo,
  type MediaSource,
  outputChannels,
  requireChannel,
} from "./media-source.js";
import { PcmToMono } from "./pcm-to-mono.js";
import { findShortfall } from "./shortfall.js";

type Ffmpeg = ChildProcessByStdio<null, Readable, Readable>;

interface FfmpegOptions {
  readonly where: string;
  readonly channel: ChannelChoice;
  readonly signal: AbortSignal;
}

/** Of ffmpeg's complaints, as many characters as an error message bears. */
const MAX_COMPLAINT_CHARACTERS = 300;
/** A broken timestamp must not make it fill days with silence: this much longer than declared, and it stops. */
const EXCESS_SECONDS = 60;
const COMMON_ARGUMENTS = ["-hide_banner", "-nostdin", "-protocol_whitelist", "file,pipe"];

/** Undefined where ffmpeg is not on PATH. Throws MubblesError for a file that it cannot open. */
export async function openWithFfmpeg(path: string, options: FfmpegOptions): Promise<MediaSource | undefined> {
  const { where, channel, signal } = options;
  const text = await ffmpegReport([...COMMON_ARGUMENTS, "-i", `file:${path}`], signal);
  if (text === undefined) return undefined;
  const probe = parseProbe(text);
  if (probe.container === undefined) {
    throw new MubblesError("INPUT_UNRECOGNISED", { where, detail: probe.complaint || "no known format" });
  }
  const track = chooseTrack(probe.audioTracks);
  if (track === undefined) {
    throw new MubblesError("INPUT_NO_AUDIO", { where, detail: "it has no audio track" });
  }
  requireChannel(channel, track.channels, where);
  return new FfmpegSource(path, where, probe, track, channel);
}

/** Runs ffmpeg without an output: what it says on standard error; undefined where there is no ffmpeg. */
async function ffmpegReport(args: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  const child = spawn("ffmpeg", args, { stdio: ["ignore", "ignore", "pipe"], signal, killSignal: "SIGKILL" });
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  return await new Promise((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") resolve(undefined);
      else reject(error);
    });
    child.on("close", () => resolve(text));
  });
}

class FfmpegSource implements MediaSource {
  readonly info: MediaInfo;
  readonly problems: MubblesError[] = [];
  readonly #path: string;
  readonly #where: string;
  readonly #probe: Probe;
  readonly #child: Ffmpeg;
  readonly #output: AsyncIterator<Buffer>;
  readonly #exit: Promise<void>;
  /** Interleaved channels are taken for one: only the bytes matter. */
  readonly #toFloats = new PcmToMono(
    { sampleFormat: "f32le", sampleRateHz: SAMPLE_RATE_HZ, channels: 1 },
    "mix",
  );
  readonly #chunks: ChunkAssembler;
  #complaint = "";
  #ended = false;

  constructor(path: string, where: string, probe: Probe, track: AudioTrack, channel: ChannelChoice) {
    this.#path = path;
    this.#where = where;
    this.#probe = probe;
    this.#chunks = new ChunkAssembler(outputChannels(channel, track.channels));
    this.info = {
      container: probe.container ?? "unknown",
      codec: track.codec,
      sampleRateHz: track.sampleRateHz,
      channels: track.channels,
      durationSeconds: probe.durationSeconds,
      decoder: "ffmpeg",
    };
    this.#child = spawn("ffmpeg", decodeArguments(path, probe, track, channel), {
      stdio: ["ignore", "pipe", "pipe"],
    });
    // Errors of the pipe come through the iterator, or do not matter any more.
    this.#child.stdout.on("error", () => {});
    this.#output = this.#child.stdout.iterator({ destroyOnReturn: false });
    this.#child.stderr.setEncoding("utf8").on("data", (part: string) => {
      this.#complaint = (this.#complaint + part).slice(0, MAX_COMPLAINT_CHARACTERS);
    });
    this.#exit = new Promise((resolve) => {
      this.#child.on("error", () => resolve());
      this.#child.on("close", () => resolve());
    });
  }

  async next(): Promise<Float32Array | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined || this.#ended) return chunk;
      const { done, value } = await this.#output.next();
      if (done === true) await this.#finish();
      else this.#chunks.push(this.#toFloats.convert(value));
    }
  }

  async close(): Promise<void> {
    this.#child.kill("SIGKILL");
    this.#child.stdout.destroy();
    await this.#exit;
  }

  async #finish(): Promise<void> {
    this.#ended = true;
    await this.#exit;
    this.#chunks.end();
    const audioSeconds = this.#chunks.totalSamples / SAMPLE_RATE_HZ;
    const complaint = this.#complaint.trim().split(/\r?\n/)[0]!;
    if (audioSeconds === 0) {
      const detail = complaint || `nothing in its ${this.info.codec} track can be decoded`;
      throw new MubblesError("INPUT_NO_AUDIO", { where: this.#where, detail });
    }
    const detail = this.#shortfall(audioSeconds) ?? complaint;
    if (detail !== "") this.problems.push(new MubblesError("INPUT_DAMAGED", { where: this.#where, detail }));
  }

  #shortfall(audioSeconds: number): string | undefined {
    const { container, sampleRateHz, durationSeconds } = this.info;
    return findShortfall({
      path: this.#path,
      container,
      sampleRateHz,
      audioSeconds,
      // ffmpeg tells the length of the whole file only: beside a video the sound may well end sooner.
      trackSeconds: this.#probe.hasVideo ? undefined : durationSeconds,
      containerSeconds: durationSeconds,
      packetsEndSeconds: this.#probe.hasVideo ? undefined : audioSeconds,
    });
  }
}

function decodeArguments(path: string, probe: Probe, track: AudioTrack, channel: ChannelChoice): string[] {
  const { durationSeconds } = probe;
  const limit = durationSeconds === undefined ? [] : ["-t", String(durationSeconds + EXCESS_SECONDS)];
  const filters = [
    ...(typeof channel === "number" ? [`pan=mono|c0=c${channel}`] : []),
    // Fills what is missing by the timestamps with silence; weights of a down-mix add up to one.
    "aresample=async=1:min_hard_comp=0.1:first_pts=0:rematrix_maxval=1",
    `aformat=sample_fmts=flt:sample_rates=${SAMPLE_RATE_HZ}${channel === "split" ? "" : ":channel_layouts=mono"}`,
  ];
  return [
    ...COMMON_ARGUMENTS,
    ...["-v", "error", "-i", `file:${path}`],
    ...["-map", `0:${track.index}`, ...limit, "-af", filters.join(","), "-f", "f32le", "pipe:1"],
  ];
}
