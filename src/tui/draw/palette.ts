/** Colours by their meaning. Without colour everything is still told by signs and places. */
import chalk from "chalk";
import type { ChannelName } from "../../live-events.js";

export const palette = {
  /** Text that may still change. */
  partial: chalk.dim,
  /** Text that will not be taken back, and text that is final. */
  confirmed: chalk.reset,
  final: chalk.reset,
  time: chalk.gray,
  quiet: chalk.gray,
  strong: chalk.bold,
  good: chalk.green,
  warning: chalk.yellow,
  bad: chalk.red,
  key: chalk.bold.cyan,
  meterLow: chalk.green,
  meterHigh: chalk.yellow,
  meterClipped: chalk.red,
  meterEmpty: chalk.gray,
  selected: chalk.inverse,
} as const;

const CHANNEL_COLOURS = { mic: chalk.cyan, loopback: chalk.magenta } as const;

export function channelColour(channel: ChannelName): (text: string) => string {
  return CHANNEL_COLOURS[channel];
}
