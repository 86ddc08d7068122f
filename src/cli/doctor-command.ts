/** `mubbles doctor`: what works here, what does not, and what to do about it. */
import { Command } from "commander";
import { packageVersion } from "../version.js";
import { type Check, type Finding, runCheck } from "./doctor/check.js";
import { installationChecks } from "./doctor/installation.js";
import { type CheckReport, exitCodeOf, toJson, toText } from "./doctor/report.js";
import { selfTest } from "./doctor/self-test.js";
import { surroundingsChecks } from "./doctor/surroundings.js";
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

export function doctorCommand(finish: (exitCode: number) => void): Command {
  return new Command("doctor")
    .summary("check this installation, and how fast it is")
    .description(
      "Check what mubbles needs and what it can use, and transcribe a sample to see how fast it is.",
    )
    .option("--json", "as one JSON object")
    .addHelpText("after", EXAMPLES)
    .action(async ({ json }: { json?: true }) => finish(await examine(json ?? false)));
}

async function examine(asJson: boolean): Promise<number> {
  const sink = new StdoutSink();
  const spinner = asJson ? undefined : createSpinner();
  const reports: CheckReport[] = [];
  const tell = async (title: string, findings: Promise<readonly Finding[]>) => {
    spinner?.start(title);
    const report = { title, findings: await findings };
    spinner?.stop();
    reports.push(report);
    if (!asJson) await sink.write(toText(report));
  };
  // Most of their time is waiting; the self-test wants the machine for itself.
  const running = CHECKS.map((check) => [check.title, runCheck(check)] as const);
  for (const [title, findings] of running) await tell(title, findings);
  await tell(selfTest.title, runCheck(selfTest));
  if (asJson) await sink.write(toJson(packageVersion(), reports));
  return exitCodeOf(reports);
}
