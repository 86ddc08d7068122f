/** Options that are a time or a size with its unit. */
import { type OptionParser, refuse } from "./option-values.js";

const SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };
const BYTES: Readonly<Record<string, number>> = { M: 1e6, G: 1e9, T: 1e12 };

/** `30d`, `12h`; in seconds. */
export function durationOption(option: string): OptionParser<number> {
  return (text) => {
    const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)([mhdw])$/.exec(text) ?? [];
    if (amount === undefined) throw refuse(option, "a time such as 30d, 12h, 90m or 4w", text);
    return Number(amount) * SECONDS[unit]!;
  };
}

/** `500M`, `20G`; in bytes. */
export function sizeOption(option: string): OptionParser<number> {
  return (text) => {
    const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)([MGT])B?$/.exec(text) ?? [];
    if (amount === undefined) throw refuse(option, "a size such as 500M or 20G", text);
    return Number(amount) * BYTES[unit]!;
  };
}

/** `90`, `1:30`, `01:00:00`; in seconds. */
export function clockOption(option: string): OptionParser<number> {
  return (text) => {
    if (!/^(\d+:)?(\d+:)?\d+(\.\d+)?$/.test(text))
      throw refuse(option, "a time such as 90 or 01:00:00", text);
    return text.split(":").reduce((seconds, part) => 60 * seconds + Number(part), 0);
  };
}
