/** Options that take numbers, as commander knows them. */
import { Option } from "commander";
import { numberOption } from "./option-values.js";

interface NumberFlagRules {
  /** Taken where the option is not given. */
  readonly value?: number;
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

export function numberFlag(
  flags: string,
  description: string,
  { value, min, max, whole = false }: NumberFlagRules,
): Option {
  const option = new Option(flags, description).argParser(
    numberOption({ option: longName(flags), min, max, whole }),
  );
  return value === undefined ? option : option.default(value);
}

/** "-m, --model <name>" -> "--model" */
export function longName(flags: string): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags;
}
