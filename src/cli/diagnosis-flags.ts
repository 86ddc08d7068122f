/** Options for finding out what happens inside: of `file` and `listen`. */
import { type Command, Option } from "commander";
import { LOG_LEVELS, type LogLevel } from "./log-file.js";
import { choiceOption } from "./option-values.js";

export interface DiagnosisOptions {
  readonly trace: string | undefined;
  readonly profile: string | undefined;
  readonly log: string | undefined;
  readonly logLevel: LogLevel;
}

/** What commander hands over, of these. */
export interface ParsedDiagnosis {
  trace?: string;
  profile?: string;
  log?: string;
  logLevel: LogLevel;
}

export function declareDiagnosisOptions(command: Command): void {
  command.option("--trace <file>", "write what takes how long there, for Perfetto (docs/trace.md)");
  command.option(
    "--profile <file>",
    "write a CPU profile there, NAME.cpuprofile, for Chrome's developer tools",
  );
  command.option("--log <file>", "append what happens to this file, as lines of JSON");
  command.addOption(
    new Option("--log-level <level>", `least that is logged: ${LOG_LEVELS.join(", ")}`)
      .default("info")
      .argParser(choiceOption("--log-level", LOG_LEVELS)),
  );
}

export function diagnosisOptions({ trace, profile, log, logLevel }: ParsedDiagnosis): DiagnosisOptions {
  return { trace, profile, log, logLevel };
}
