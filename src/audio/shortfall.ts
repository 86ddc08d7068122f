/**
 * Whether all of a recording was there. Demuxers end without an error where a file is cut off, so what was decoded is
 * compared with what the container declares, for those containers whose declaration can be relied on.
 */
import { endsInsidePage } from "./ogg-tail.js";
import { declaredMp3Seconds } from "./xing-header.js";

/** Containers round, encoders pad, the last frame may be partial: less than this missing is no damage. */
const TOLERANCE_SECONDS = 0.25;
/** In a container that knows only the end of its longest track, the last packet of a slow video may last long. */
const ALL_TRACKS_TOLERANCE_SECONDS = 0.5;

/** FFmpeg's names of demuxers that know how long each track is … */
const DECLARE_TRACK = new Set(["mov,mp4,m4a,3gp,3g2,mj2", "flac", "aiff", "wav", "w64", "caf"]);
/** … or only how long the longest one is. */
const DECLARE_ALL_TRACKS = new Set(["matroska,webm", "asf", "flv"]);

export interface Decoded {
  readonly path: string;
  /** FFmpeg's name of the demuxer. */
  readonly container: string;
  readonly sampleRateHz: number;
  /** Length of the audio that came out. */
  readonly audioSeconds: number;
  /** What the container declares for the audio track, and for the whole. */
  readonly trackSeconds: number | undefined;
  readonly containerSeconds: number | undefined;
  /** Where the last packet of any track ended; undefined where nobody looked. */
  readonly packetsEndSeconds: number | undefined;
}

/** True for a container whose other tracks must be read to see whether it is complete. */
export function isJudgedByAllTracks(container: string): boolean {
  return DECLARE_ALL_TRACKS.has(container);
}

/** The detail of INPUT_DAMAGED where some of the recording is missing at its end. */
export function findShortfall(decoded: Decoded): string | undefined {
  const { container, path, audioSeconds, containerSeconds, packetsEndSeconds } = decoded;
  if (container === "ogg" && endsInsidePage(path)) {
    return `decoded ${audioSeconds.toFixed(1)} s, then it ends in the middle of a page`;
  }
  if (DECLARE_ALL_TRACKS.has(container)) {
    if (containerSeconds === undefined || packetsEndSeconds === undefined) return undefined;
    const isShort = packetsEndSeconds < containerSeconds - ALL_TRACKS_TOLERANCE_SECONDS;
    return isShort ? describeShortfall(audioSeconds, containerSeconds) : undefined;
  }
  const declared = declaredTrackSeconds(decoded);
  if (declared === undefined || audioSeconds >= declared - TOLERANCE_SECONDS) return undefined;
  return describeShortfall(audioSeconds, declared);
}

export function describeShortfall(audioSeconds: number, declaredSeconds: number): string {
  return `decoded ${audioSeconds.toFixed(1)} s of ${declaredSeconds.toFixed(1)} s`;
}

function declaredTrackSeconds(decoded: Decoded): number | undefined {
  if (decoded.container === "mp3") return declaredMp3Seconds(decoded.path, decoded.sampleRateHz);
  return DECLARE_TRACK.has(decoded.container) ? decoded.trackSeconds : undefined;
}
