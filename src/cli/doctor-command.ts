/** `mubbles doctor`: what works here, what does not, and what to do about it. */
import { Command } from "commander";
import { EXIT } from "../errors.js";
import { packageVersion } from "../version.js";
import { type Check, type Finding, runCheck, type Status } from "./doctor/check.js";
import { installationChecks } from "./doctor/installation.js";
import { selfTest } from "./doctor/self-test.js";
import { surroundingsChecks } from "./doctor/surroundings.js";
import { worseExitCode } from "./exit-code.js";
import { createSpinner } from "./progress.js";
import { StdoutSink } from "./sinks.js";

const EXAMPLES = `
Examples:
  mubbles doctor
  mubbles doctor --json | jq -r '.checks[] | select(.status != "ok") | .text'

Every line is ok, a warning (something is missing that mubbles can do without) or an error, with what to do about it. The
embedded model transcribes the embedded sample, which takes about five seconds. Nothing is sent anywhere.

Exit codes: 0 everything that mubbles needs works, 5 the model or onnxruntime does not, 1 a bug in mubbles.
`;

const CHECKS: readonly Check[] = [...installationChecks, ...surroundingsChecks];
const STATUS_COLUMNS = "warning".length;
const NAME_COLUMNS = 16;

export function doctorCommand(finish: (exitCode: number) => void): Command {
  return new Command("doctor")
    .summary("check this installation, and how fast it is")
    .description("Check what mubbles needs and what it can use, and transcribe a sample to see how fast it is.")
    .option("--json", "as one JSON object")
    .addHelpText("after", EXAMPLES)
    .action(async ({ json }: { json?: true }) => finish(await examine(json ?? false)));
}

async function examine(asJson: boolean): Promise<number> {
  const sink = new StdoutSink();
  const spinner = asJson ? undefined : createSpinner();
  const all: (Finding & { check: string })[] = [];
  const tell = async ({ title }: Check, findings: readonly Finding[]) => {
    all.push(...findings.map((finding) => ({ check: title, ...finding })));
    spinner?.stop();
    if (!asJson) await sink.write(`${title}\n${findings.map(toLine).join("")}`);
  };
  // Most of their time is waiting; the self-test wants the machine for itself.
  const running = CHECKS.map((check) => ({ check, findings: runCheck(check) }));
  for (const { check, findings } of running) {
    spinner?.start(check.title);
    await tell(check, await findings);
  }
  spinner?.start("self-test: transcribing a sample of 27 s");
  await tell(selfTest, await runCheck(selfTest));
  const exitCode = all.reduce((worst, finding) => worseExitCode(worst, exitCodeOf(finding)), EXIT.ok as number);
  if (asJson) await sink.write(toJson(all, exitCode));
  return exitCode;
}

function exitCodeOf({ status, exitCode = EXIT.model }: Finding): number {
  return status === "error" ? exitCode : EXIT.ok;
}

function toLine({ status, name, text, hint }: Finding): string {
  const label = `  ${status.padEnd(STATUS_COLUMNS)}  ${name.padEnd(NAME_COLUMNS)}`;
  return `${label} ${text}\n${hint === undefined ? "" : `${"".padEnd(label.length)} → ${hint}\n`}`;
}

function toJson(all: readonly (Finding & { check: string })[], exitCode: number): string {
  const order: readonly Status[] = ["ok", "warning", "error"];
  const status = order[Math.max(...all.map((finding) => order.indexOf(finding.status)))];
  const checks = all.map(({ check, name, status, text, hint, facts }) => {
    return { check, name, status, text, ...(hint === undefined ? {} : { hint }), ...facts };
  });
  return `${JSON.stringify({ version: packageVersion(), status, exitCode, checks }, null, 2)}\n`;
}
