/** An error of a decoder before the caller has put the input's name to it; its data crosses threads. */
import { type ErrorCode, MubblesError } from "../errors.js";

export interface DecodeFailure {
  readonly code: ErrorCode;
  readonly detail: string;
}

export class DecodeError extends Error {
  readonly failure: DecodeFailure;

  constructor(code: ErrorCode, detail: string) {
    super(`${code}: ${detail}`);
    this.failure = { code, detail };
  }
}

export function toMubblesError({ code, detail }: DecodeFailure, where: string): MubblesError {
  return new MubblesError(code, { where, detail });
}
