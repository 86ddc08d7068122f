/** The options of `mubbles listen`, checked against each other and gathered into what the parts take. */
import type { RawFormat } from "../audio/raw-format.js";
import { MubblesError } from "../errors.js";
import type { ComputeDevice } from "../model/compute-device.js";
import type { Compute } from "../model/compute-type.js";
import { DEFAULT_DECODING_OPTIONS } from "../model/decoding-options.js";
import type { ListenOptions } from "../pipeline/live/listen-options.js";
import type { PolicyName } from "../pipeline/live/policy/text-policy.js";
import { DEFAULT_DEVICE, FILE_DEVICE } from "./listen-flags.js";
import { AUTO } from "./model-flags.js";
import { type NONE, unlessNone } from "./option-values.js";
import { STDIN } from "./outputs.js";

export interface ListenCommandOptions {
  readonly listen: ListenOptions;
  /** screen: the interface on a terminal. */
  readonly format: "json" | "plain" | "screen";
  /** JSON lines have the level events too. */
  readonly levels: boolean;
  /** A model that is not here is downloaded without asking, or never. */
  readonly yes: boolean;
  readonly offline: boolean;
  /** The session's folder; undefined: one by date; false: none. */
  readonly save: string | false | undefined;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** What commander hands over: names are the options in camel case. */
interface ParsedOptions {
  mic?: string;
  loopback?: string;
  raw?: RawFormat;
  speed: number | "max";
  json?: true;
  plain?: true;
  levels?: true;
  save?: string | false;
  model: string;
  compute?: Compute;
  language?: string;
  task: "transcribe" | "translate";
  previewModel?: string;
  beamSize: number;
  policy: PolicyName;
  threshold: number;
  vadThreshold: number;
  minSpeechMs: number;
  silenceMs: number;
  echoGate: ListenOptions["echoGate"];
  unloadAfter: number | typeof NONE;
  keepLoaded?: true;
  threads?: number;
  yes?: true;
  offline?: true;
  device: ComputeDevice;
  quiet?: true;
  verbose?: true;
}

interface TerminalFacts {
  /** Nobody has redirected anything to standard input. */
  readonly stdinIsTerminal: boolean;
  /** There is a terminal to draw on. */
  readonly hasScreen: boolean;
}

/** Throws USAGE where options contradict each other. */
export function readListenOptions(
  parsed: ParsedOptions,
  { stdinIsTerminal, hasScreen }: TerminalFacts,
): ListenCommandOptions {
  if (parsed.quiet && parsed.verbose) refuse("--quiet", "contradicts --verbose; give one of them");
  if (parsed.json && parsed.plain) refuse("--json", "contradicts --plain; give one of them");
  if (parsed.levels && !parsed.json) refuse("--levels", "it needs --json");
  const devices = chosenDevices(parsed);
  checkVirtualDevices(devices, parsed, stdinIsTerminal);
  const format = parsed.json ? "json" : parsed.plain || !hasScreen ? "plain" : "screen";
  return {
    listen: {
      ...devices,
      raw: parsed.raw,
      speed: parsed.speed,
      engine: {
        model: parsed.model,
        compute: parsed.compute,
        threads: parsed.threads,
        device: parsed.device,
      },
      previewModel: parsed.previewModel,
      decoding: {
        ...DEFAULT_DECODING_OPTIONS,
        task: parsed.task,
        language: parsed.language === AUTO ? undefined : parsed.language,
        beamSize: parsed.beamSize,
      },
      policy: parsed.policy,
      threshold: parsed.threshold,
      vadThreshold: parsed.vadThreshold,
      minSpeechMs: parsed.minSpeechMs,
      silenceMs: parsed.silenceMs,
      echoGate: parsed.echoGate,
      hasSpectrum: format === "screen",
      unloadAfterSeconds: secondsToUnload(parsed),
    },
    format,
    levels: parsed.levels ?? false,
    yes: parsed.yes ?? false,
    offline: parsed.offline ?? false,
    save: parsed.save,
    quiet: parsed.quiet ?? false,
    verbose: parsed.verbose ?? false,
  };
}

type Devices = Pick<ListenOptions, "mic" | "loopback">;

function chosenDevices({ mic, loopback }: ParsedOptions): Devices {
  if (mic === undefined && loopback === undefined) return { mic: DEFAULT_DEVICE, loopback: DEFAULT_DEVICE };
  return { mic, loopback };
}

function checkVirtualDevices(devices: Devices, parsed: ParsedOptions, stdinIsTerminal: boolean): void {
  const chosen = [devices.mic, devices.loopback].filter((device) => device !== undefined);
  const readers = chosen.filter((device) => device === STDIN).length;
  if (readers > 1) refuse(STDIN, "standard input can be read only once");
  if (readers > 0 && stdinIsTerminal)
    refuse(STDIN, "standard input is a terminal; redirect a file or a pipe to it");
  const virtual = chosen.filter((device) => device === STDIN || device.startsWith(FILE_DEVICE)).length;
  if (parsed.raw !== undefined && virtual === 0) refuse("--raw", "it needs a device file:PATH or -");
  // A microphone cannot be hurried, and both channels are on one timeline.
  if (parsed.speed !== 1 && virtual < chosen.length) refuse("--speed", "every device must be file:PATH or -");
}

function secondsToUnload({ keepLoaded, unloadAfter }: ParsedOptions): number {
  return (keepLoaded ? undefined : unlessNone(unloadAfter)) ?? Number.POSITIVE_INFINITY;
}

function refuse(where: string, detail: string): never {
  throw new MubblesError("USAGE", { where, detail });
}
