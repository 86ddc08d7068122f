/**
 * Every way mubbles can fail, with the stable code that scripts match on, the exit code and what the user can do.
 * docs/ERRORS.md is this table in prose; test/errors.test.ts ties the two together.
 */

/** Exit codes of the command line; 0 is success. */
export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  input: 3,
  partial: 4,
  model: 5,
  device: 6,
  interrupted: 130,
} as const;

interface ErrorEntry {
  readonly exitCode: number;
  readonly what: string;
  readonly hint: string;
}

export const ERROR_TABLE = {
  USAGE: { exitCode: EXIT.usage, what: "wrong usage", hint: "see `mubbles --help`" },
  INPUT_NOT_FOUND: {
    exitCode: EXIT.input,
    what: "no such file",
    hint: "check the path; relative paths start at the current folder",
  },
  INPUT_IS_DIRECTORY: {
    exitCode: EXIT.input,
    what: "is a directory, not a media file",
    hint: "name the files in it, for example DIR/*.mp4",
  },
  INPUT_UNREADABLE: {
    exitCode: EXIT.input,
    what: "the file cannot be read",
    hint: "check its permissions and the disk it is on",
  },
  INPUT_EMPTY: {
    exitCode: EXIT.input,
    what: "the file is empty (zero bytes)",
    hint: "check how it was copied or recorded",
  },
  INPUT_UNRECOGNISED: {
    exitCode: EXIT.input,
    what: "not a media file that can be decoded",
    hint: "for headerless audio say what it is with --raw, for example --raw s16le:16000:1",
  },
  INPUT_NO_AUDIO: {
    exitCode: EXIT.input,
    what: "holds no audio",
    hint: "choose a file with an audio track that has sound samples in it",
  },
  INPUT_NO_DECODER: {
    exitCode: EXIT.input,
    what: "no decoder for this format is installed",
    hint: "install ffmpeg, or reinstall mubbles with its optional package node-av; plain WAV works without either",
  },
  INPUT_DAMAGED: {
    exitCode: EXIT.partial,
    what: "the media is damaged or cut short",
    hint: "what could be decoded was transcribed; get a complete copy for the rest",
  },
  TEXT_UNREADABLE: {
    exitCode: EXIT.input,
    what: "no text can be read from it",
    hint: "give a plain text file in UTF-8, with a line for each subtitle",
  },
  TEXT_UNRELATED: {
    exitCode: EXIT.input,
    what: "the text is not what is spoken in the recording",
    hint: "check that the two belong together, and the language (-l)",
  },
  TRANSCRIPT_UNREADABLE: {
    exitCode: EXIT.input,
    what: "no transcript can be read from it",
    hint: "give a recorded session, or JSON as `mubbles file -f json` writes it",
  },
  OUTPUT_EXISTS_AS_DIRECTORY: {
    exitCode: EXIT.usage,
    what: "cannot write the output there",
    hint: "choose another --output-dir",
  },
  OUTPUT_DISK_FULL: {
    exitCode: EXIT.partial,
    what: "the disk is full",
    hint: "free some space; what was written before stays",
  },
  OUTPUT_FAILED: {
    exitCode: EXIT.partial,
    what: "the output could not be written",
    hint: "check the folder's permissions and the disk; what was written before stays",
  },
  MODEL_NOT_FOUND: {
    exitCode: EXIT.model,
    what: "no such model",
    hint: "`mubbles models list --all` has the names; owner/name of the Hugging Face hub and paths of model folders work too",
  },
  MODEL_NOT_HERE: {
    exitCode: EXIT.model,
    what: "this model is not on this machine",
    hint: "get it with `mubbles models pull NAME`, or with --yes on the way",
  },
  MODEL_ACCESS_DENIED: {
    exitCode: EXIT.model,
    what: "the hub does not give it to you",
    hint: "check the name; accept the model's terms on its page and put your access token in HF_TOKEN",
  },
  MODEL_BROKEN: {
    exitCode: EXIT.model,
    what: "the model files are damaged or incomplete",
    hint: "get the model again, or run `mubbles models convert` again",
  },
  DOWNLOAD_FAILED: {
    exitCode: EXIT.model,
    what: "the download failed",
    hint: "try again: it goes on where it ended; behind a proxy set HTTPS_PROXY, for a mirror HF_ENDPOINT",
  },
  DOWNLOAD_CORRUPT: {
    exitCode: EXIT.model,
    what: "what was downloaded is not what the hub announces",
    hint: "nothing of it is kept; try again later, or another mirror with HF_ENDPOINT",
  },
  DISK_TOO_SMALL: {
    exitCode: EXIT.model,
    what: "not enough free space for the model",
    hint: "free some space (`mubbles models prune`), or put the cache on another disk with MUBBLES_HOME",
  },
  MODEL_UNSUPPORTED: {
    exitCode: EXIT.model,
    what: "not a Whisper model that mubbles can run",
    hint: "it needs the layout of openai/whisper-* on the Hugging Face hub",
  },
  MODEL_OUT_OF_MEMORY: {
    exitCode: EXIT.model,
    what: "not enough memory for the model",
    hint: "use a smaller model or --compute int8, or close other programs",
  },
  ACCELERATOR_UNAVAILABLE: {
    exitCode: EXIT.model,
    what: "the model cannot run there",
    hint: "use --device cpu; `mubbles doctor` lists what this machine has",
  },
  LLM_UNREACHABLE: {
    exitCode: EXIT.model,
    what: "the language model's server cannot be reached",
    hint: "start it (for example `ollama serve`), or name another with --endpoint",
  },
  LLM_FAILED: {
    exitCode: EXIT.model,
    what: "the language model gave no answer, or only part of one",
    hint: "check --llm, --endpoint and OPENAI_API_KEY, or give it more time with --timeout; what was written before stays",
  },
  RUNTIME_UNAVAILABLE: {
    exitCode: EXIT.model,
    what: "onnxruntime, which runs the models, cannot be loaded",
    hint: "install mubbles again with `npm ci`; on Linux it needs glibc: Alpine's musl is not enough",
  },
  DEVICE_NOT_FOUND: {
    exitCode: EXIT.device,
    what: "no such audio device",
    hint: "`mubbles devices` lists what there is",
  },
  DEVICE_WRONG: {
    exitCode: EXIT.device,
    what: "the system opened another audio device than was asked for",
    hint: "`mubbles devices` lists what there is; close programs that hold the device",
  },
  DEVICE_LOST: {
    exitCode: EXIT.device,
    what: "the audio device went away",
    hint: "plug it in again: it is looked for until it is back",
  },
  DEVICE_STALLED: {
    exitCode: EXIT.device,
    what: "the audio device delivers nothing",
    hint: "check that it is not muted or held by another program; silence stands for what is missing",
  },
  DEVICE_BACKEND_UNAVAILABLE: {
    exitCode: EXIT.device,
    what: "the sound system cannot be reached",
    hint: "start the sound server (PulseAudio or PipeWire), or try a virtual device: --mic file:PATH",
  },
  AUDIO_DROPPED: {
    exitCode: EXIT.partial,
    what: "audio was dropped because the machine was too busy",
    hint: "close other programs or use a smaller model",
  },
  VOICE_TOO_QUIET: {
    exitCode: EXIT.device,
    what: "somebody speaks too quietly to be heard",
    hint: "turn the device up, or try a lower --threshold, in the interface with [ and ]",
  },
  INTERRUPTED: { exitCode: EXIT.interrupted, what: "interrupted", hint: "what was done is written" },
  INTERNAL: {
    exitCode: EXIT.bug,
    what: "a bug in mubbles",
    hint: "please report it, with the command and this message",
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_TABLE;

interface ErrorContext {
  /** The file, option or device that it happened on. */
  readonly where?: string | undefined;
  /** What exactly, in one phrase: expected and got. */
  readonly detail?: string | undefined;
  readonly cause?: unknown;
}

/** The only error mubbles throws on purpose. `message` reads "WHERE: WHAT (DETAIL)". */
export class MubblesError extends Error {
  readonly code: ErrorCode;
  /** What `message` is made of, for who passes the error on. */
  readonly where: string | undefined;
  readonly detail: string | undefined;
  readonly hint: string;
  readonly exitCode: number;

  constructor(code: ErrorCode, { where, detail, cause }: ErrorContext = {}) {
    const entry = ERROR_TABLE[code];
    const place = where === undefined ? "" : `${where}: `;
    const more = detail === undefined ? "" : ` (${detail})`;
    super(`${place}${entry.what}${more}`, cause === undefined ? undefined : { cause });
    this.name = "MubblesError";
    this.code = code;
    this.where = where;
    this.detail = detail;
    this.hint = entry.hint;
    this.exitCode = entry.exitCode;
  }
}

/** Anything thrown, as a MubblesError: what is not one already is a bug. */
export function asMubblesError(thrown: unknown): MubblesError {
  if (thrown instanceof MubblesError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new MubblesError("INTERNAL", { detail, cause: thrown });
}
