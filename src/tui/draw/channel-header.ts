/** Two lines above a column: whose it is, its device and state; its meter. */
import { basename } from "node:path";
import type { ChannelInfo, ChannelName } from "../../live-events.js";
import { terminalText } from "../../output/terminal-text.js";
import type { ChannelView, ViewState } from "../view-state.js";
import { cellsOf, fitted, shortened, spread } from "./fit.js";
import { drawDecibels, drawMeter } from "./meter.js";
import { channelColour, palette } from "./palette.js";

const NAMES = { mic: "Microphone", loopback: "Speakers" } as const;
/** Text that is so far behind is not live any more. */
const BEHIND_SECONDS = 5;

export function channelHeader(state: ViewState, name: ChannelName, width: number): string[] {
  const channel = state.channels[name];
  if (channel === undefined) return [fitted("", width), fitted("", width)];
  const isSelected = state.selected === name && Object.keys(state.channels).length > 1;
  const title = channelColour(name)(palette.strong(`${isSelected ? "▸" : " "}${NAMES[name]}`));
  const doing = stateOf(state, name, channel);
  const room = Math.max(0, width - cellsOf(title) - cellsOf(doing) - 2);
  const device = palette.quiet(deviceName(channel.info, room));
  const level = drawDecibels(channel.peakDbfs);
  const { rmsDbfs, heldPeakDbfs } = channel;
  const meter = drawMeter(
    { rmsDbfs, heldPeakDbfs, threshold: state.settings.threshold },
    Math.max(0, width - level.length - 2),
  );
  return [spread(`${title} ${device}`, doing, width), fitted(` ${meter} ${palette.quiet(level)}`, width)];
}

/** Of a path that has no room its last part says most. */
function deviceName({ device, backend }: ChannelInfo, room: number): string {
  const name = terminalText(device);
  return shortened(backend === "file" && cellsOf(name) > room ? basename(name) : name, room);
}

function stateOf(state: ViewState, name: ChannelName, channel: ChannelView): string {
  if (channel.isPaused) return palette.warning("paused");
  if (channel.isMuted) return palette.warning("muted");
  switch (channel.capture) {
    case "lost":
      return palette.bad("device lost");
    case "stalled":
      return palette.warning("no signal");
    case "ended":
      return palette.quiet("ended");
    default:
      break;
  }
  const lagSeconds = state.engine?.lagSeconds ?? 0;
  const isOpen = state.utterances.some((view) => view.channel === name && view.final === undefined);
  if (isOpen && lagSeconds > BEHIND_SECONDS) return palette.bad(`behind ${Math.round(lagSeconds)} s`);
  if (channel.isSpeaking) return palette.good("● speech");
  return isOpen ? palette.warning("transcribing") : palette.quiet("idle");
}
