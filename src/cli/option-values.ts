/** Turns the text of an option into its value, or refuses it with what was expected and what came. */
import { MubblesError } from "../errors.js";

/** Commander calls it with the text after the option. */
export interface OptionParser<T> {
  (text: string): T;
  /** The words it knows, where it knows them all; completion offers them. */
  readonly choices?: readonly string[];
}

interface NumberRules {
  /** The option, for the message. */
  readonly option: string;
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

export function refuse(option: string, expected: string, got: string): MubblesError {
  return new MubblesError("USAGE", { where: option, detail: `expected ${expected}, got "${got}"` });
}

export function numberOption(rules: NumberRules): OptionParser<number> {
  return (text) => {
    const value = parseNumber(text, rules);
    if (value === undefined) throw refuse(rules.option, describe(rules), text);
    return value;
  };
}

/** Switches a rule off. A word of its own, because commander makes an empty text of a parser's undefined. */
export const NONE = "none";

/** A number, or `none` to switch the rule off. */
export function optionalNumberOption(rules: NumberRules): OptionParser<number | typeof NONE> {
  return (text) => {
    if (text.toLowerCase() === NONE) return NONE;
    const value = parseNumber(text, rules);
    if (value === undefined) throw refuse(rules.option, `${describe(rules)}, or none`, text);
    return value;
  };
}

/** One of a fixed set. */
export function choiceOption<const T extends string>(option: string, choices: readonly T[]): OptionParser<T> {
  const parse = (text: string) => {
    const value = choices.find((choice) => choice === text);
    if (value !== undefined) return value;
    throw refuse(option, choices.join(" or "), text);
  };
  return Object.assign(parse, { choices });
}

/** A comma-separated list of fixed names without repetitions; `all` stands for every one of them. */
export function listOption<const T extends string>(
  option: string,
  choices: readonly T[],
): OptionParser<readonly T[]> {
  const parse = (text: string) => {
    if (text === "all") return choices;
    const chosen = new Set<T>();
    for (const name of text.split(",")) {
      const value = choices.find((choice) => choice === name.trim());
      if (value === undefined) throw refuse(option, `a comma list of ${choices.join(", ")}, or all`, text);
      chosen.add(value);
    }
    return [...chosen];
  };
  return Object.assign(parse, { choices });
}

/** A comma list of token ids; -1 is openai/whisper's set of non-speech tokens, an empty list suppresses nothing. */
export function tokenListOption(option: string): OptionParser<readonly number[]> {
  return (text) => {
    if (text.trim() === "") return [];
    return text.split(",").map((part) => {
      const id = parseNumber(part, { option, min: -1, max: 100_000, whole: true });
      if (id === undefined) throw refuse(option, "a comma list of token ids, -1 or an empty text", text);
      return id;
    });
  };
}

/** A comma list of different names, none of them empty. */
export function nameListOption(option: string): OptionParser<readonly string[]> {
  return (text) => {
    const names = text.split(",").map((name) => name.trim());
    if (names.includes("") || new Set(names).size < names.length) {
      throw refuse(option, "a comma list of different names", text);
    }
    return names;
  };
}

/** A comma list of rising times in seconds; an empty text is none. */
export function timeListOption(option: string): OptionParser<readonly number[]> {
  return (text) => {
    if (text.trim() === "") return [];
    const times = text.split(",").map((part) => parseNumber(part, { option, min: 0, max: 1e9 }));
    const rising = times.every((time, i) => time !== undefined && (i === 0 || time >= times[i - 1]!));
    if (!rising) throw refuse(option, "seconds as start,end,start,end… that never fall", text);
    return times as number[];
  };
}

const SPOKEN_BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  false: false,
  no: false,
};

/** As openai/whisper's command line has it: True or False; yes and no do too. */
export function booleanOption(option: string): OptionParser<boolean> {
  return (text) => {
    const value = SPOKEN_BOOLEANS[text.toLowerCase()];
    if (value === undefined) throw refuse(option, "true or false", text);
    return value;
  };
}

/** What `none` stands for. */
export function unlessNone<T>(value: T | typeof NONE | undefined): T | undefined {
  return value === NONE ? undefined : value;
}

function parseNumber(text: string, { min, max, whole = false }: NumberRules): number | undefined {
  const trimmed = text.trim();
  // Number() would also take "", "0x10" and "Infinity".
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return undefined;
  const value = Number(trimmed);
  if (value < min || value > max || (whole && !Number.isInteger(value))) return undefined;
  return value;
}

function describe({ min, max, whole = false }: NumberRules): string {
  return `a ${whole ? "whole number" : "number"} from ${min} to ${max}`;
}
