/** What `ffmpeg -i FILE` prints about a file: its container, length and audio tracks. Pure text to data. */

export interface AudioTrack {
  /** As in `-map 0:INDEX`. */
  readonly index: number;
  readonly codec: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly isDefault: boolean;
}

export interface Probe {
  /** FFmpeg's name of the demuxer; undefined where no demuxer knows the file. */
  readonly container: string | undefined;
  readonly durationSeconds: number | undefined;
  readonly audioTracks: readonly AudioTrack[];
  readonly hasVideo: boolean;
  /** What it complained about. */
  readonly complaint: string;
}

const NAMED_LAYOUTS: Readonly<Record<string, number>> = {
  mono: 1,
  stereo: 2,
  downmix: 2,
  quad: 4,
  hexagonal: 6,
  octagonal: 8,
};

export function parseProbe(text: string): Probe {
  const lines = text.split(/\r?\n/);
  return {
    container: /^Input #0, (\S+), from /m.exec(text)?.[1],
    durationSeconds: parseDuration(text),
    audioTracks: lines.map(parseAudioTrack).filter((track) => track !== undefined),
    hasVideo: lines.some((line) => /^ *Stream #0:\d+.*: Video:/.test(line) && !line.includes("attached pic")),
    complaint: lines
      .filter((line) => /^\[|: (Invalid|Error|End|No|Permission|Operation)/.test(line))
      .map((line) => line.replace(/^\[(\S+) @ \w+\]/, "$1:"))
      .slice(0, 2)
      .join("; "),
  };
}

/** ffmpeg's own choice: the track marked as default, then the one with the most channels, then the first. */
export function chooseTrack(tracks: readonly AudioTrack[]): AudioTrack | undefined {
  const score = ({ isDefault, channels }: AudioTrack) => (isDefault ? 1e6 : 0) + channels;
  return [...tracks].sort((a, b) => score(b) - score(a))[0];
}

function parseDuration(text: string): number | undefined {
  const match = /^ *Duration: (\d+):(\d+):([\d.]+)/m.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]);
}

/** "  Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, stereo, fltp, 96 kb/s (default)" */
function parseAudioTrack(line: string): AudioTrack | undefined {
  const match = /^ *Stream #0:(\d+)[^:]*: Audio: ([^\s,]+).*?, (\d+) Hz, ([^,]+)/.exec(line);
  if (match === null) return undefined;
  return {
    index: Number(match[1]),
    codec: match[2]!,
    sampleRateHz: Number(match[3]),
    channels: countChannels(match[4]!),
    isDefault: line.includes("(default)"),
  };
}

/** "stereo", "5.1(side)", "10 channels" … */
function countChannels(layout: string): number {
  const named = NAMED_LAYOUTS[layout.replace(/\(.*/, "")];
  if (named !== undefined) return named;
  const digits = layout.match(/^\d+(\.\d+)*/)?.[0] ?? "1";
  return digits.split(".").reduce((sum, part) => sum + Number(part), 0);
}
