/** What `mubbles doctor` found, as lines, as JSON and as an exit code. */
import { EXIT } from "../../errors.js";
import { worseExitCode } from "../exit-code.js";
import type { Finding, Status } from "./check.js";

/** What one check found. */
export interface CheckReport {
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** From harmless to grave. */
const STATUSES: readonly Status[] = ["ok", "warning", "error"];
const STATUS_COLUMNS = "warning".length;
const NAME_COLUMNS = 16;

/** 0 unless something that mubbles needs is broken. */
export function exitCodeOf(reports: readonly CheckReport[]): number {
  const broken = reports.flatMap(({ findings }) => findings).filter(({ status }) => status === "error");
  return broken.reduce<number>(
    (worst, { exitCode }) => worseExitCode(worst, exitCode ?? EXIT.model),
    EXIT.ok,
  );
}

export function toText({ title, findings }: CheckReport): string {
  return `${title}\n${findings.map(toLines).join("")}`;
}

export function toJson(version: string, reports: readonly CheckReport[]): string {
  const checks = reports.flatMap(({ title, findings }) =>
    findings.map(({ name, status, text, hint, facts }) => {
      return { check: title, name, status, text, ...(hint === undefined ? {} : { hint }), ...facts };
    }),
  );
  const status = STATUSES[Math.max(...checks.map((check) => STATUSES.indexOf(check.status)))];
  return `${JSON.stringify({ version, status, exitCode: exitCodeOf(reports), checks }, null, 2)}\n`;
}

function toLines({ status, name, text, hint }: Finding): string {
  const label = `  ${status.padEnd(STATUS_COLUMNS)}  ${name.padEnd(NAME_COLUMNS)}`;
  return `${label} ${text}\n${hint === undefined ? "" : `${"".padEnd(label.length)} → ${hint}\n`}`;
}
