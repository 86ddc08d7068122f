import { EXIT } from "../errors.js";

/** From harmless to grave: of several files the gravest exit code is the program's. */
const SEVERITY: readonly number[] = [
  EXIT.ok,
  EXIT.partial,
  EXIT.input,
  EXIT.device,
  EXIT.model,
  EXIT.usage,
  EXIT.bug,
  EXIT.interrupted,
];

export function worseExitCode(left: number, right: number): number {
  return SEVERITY.indexOf(left) >= SEVERITY.indexOf(right) ? left : right;
}
