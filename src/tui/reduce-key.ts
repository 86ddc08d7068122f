/** Keys into the state of the view, and into what the session is asked for. Pure. */
import type { ChannelName, LiveCommand } from "../live-events.js";
import type { KeyPress, KeyResult } from "./key.js";
import { reduceReplayKey } from "./reduce-replay-key.js";
import { linesBack } from "./scroll-position.js";
import { type Choice, type SettingsView, SILENT, type ViewState } from "./view-state.js";

/** What the keys need to know of the outside. */
export interface KeyContext {
  /** Lines of text on the screen. */
  readonly pageLines: number;
  /** Lines that are above them when the newest text is shown. */
  readonly hiddenLines: number;
  readonly languages: readonly { readonly code: string; readonly name: string }[];
}

export const MAX_BEAM_SIZE = 10;
/** About 3 dB: two steps double or halve the threshold. */
const THRESHOLD_STEP = Math.SQRT2;
const MIN_THRESHOLD = 0.001;
const NOTICE_SECONDS = 4;
const PROBLEM_SECONDS = 10;
const SAVE_FORMATS = ["srt", "txt", "json"] as const;

export function reduceKey(state: ViewState, key: KeyPress, context: KeyContext): KeyResult {
  if (key.name === "ctrl-c") return { state, effects: [{ type: "quit" }] };
  if (state.panel.type === "choice") return inChoice(state, state.panel, key);
  if (state.panel.type === "help") return only({ ...state, panel: { type: "none" } });
  const ofReplay = state.replay === undefined ? undefined : reduceReplayKey(state, state.replay, key);
  return ofReplay ?? scrolled(state, key, context) ?? pressed(state, key.input, key, context);
}

/** The list of devices has come. */
export function offerDevices(
  state: ViewState,
  channel: ChannelName,
  devices: readonly { readonly id: string; readonly name: string }[],
): ViewState {
  if (devices.length === 0) return noticeProblem(state, "there is no device to choose");
  const title = channel === "mic" ? "Microphone" : "Speakers whose sound is transcribed";
  const items = devices.map(({ id, name }) => ({ value: id, label: name }));
  const current = devices.findIndex(({ name }) => name === state.channels[channel]?.info.device);
  return offer(state, { what: channel, title, items }, Math.max(0, current));
}

/** A short answer below the text. */
export function notice(state: ViewState, text: string): ViewState {
  return noticed(state, text, NOTICE_SECONDS, false);
}

/** What was asked for could not be done: it takes longer to read why. */
export function noticeProblem(state: ViewState, text: string): ViewState {
  return noticed(state, text, PROBLEM_SECONDS, true);
}

function pressed(state: ViewState, input: string, { name }: KeyPress, context: KeyContext): KeyResult {
  const { selected, settings } = state;
  const channel = state.channels[selected];
  if (name === "tab") return only(withOtherSelected(state));
  switch (input) {
    case "q":
      return { state, effects: [{ type: "quit" }] };
    case "?":
    case "h":
      return only({ ...state, panel: { type: "help" } });
    case "p":
      return switched(state, "pause", channel?.isPaused !== true);
    case "m":
      return switched(state, "mute", channel?.isMuted !== true);
    case "d":
      return { state, effects: [{ type: "list-devices", channel: selected }] };
    case "b":
      return set(state, { beamSize: Math.max(0, settings.beamSize - 1) });
    case "B":
      return set(state, { beamSize: Math.min(MAX_BEAM_SIZE, settings.beamSize + 1) });
    case "t":
      return set(state, { task: settings.task === "transcribe" ? "translate" : "transcribe" });
    case "[":
      return set(state, { threshold: Math.max(MIN_THRESHOLD, settings.threshold / THRESHOLD_STEP) });
    case "]":
      return set(state, { threshold: Math.min(1, settings.threshold * THRESHOLD_STEP) });
    case "l":
      return only(offerLanguages(state, context));
    case "s":
      return only(offerFormats(state));
    case "k":
      return {
        state: notice({ ...state, marks: [...state.marks, state.nowSeconds] }, "marked"),
        effects: [{ type: "command", command: { type: "mark" } }],
      };
    case "c":
      return copied(state);
    case "g":
      return only({ ...state, showsSpectrogram: !state.showsSpectrogram });
    case "i":
      return only({ ...state, showsTimes: !state.showsTimes });
    case "f":
      return only({ ...state, scroll: undefined });
    default:
      return only(state);
  }
}

/** undefined where the key scrolls nothing. */
function scrolled(state: ViewState, { name }: KeyPress, context: KeyContext): KeyResult | undefined {
  const { pageLines, hiddenLines } = context;
  const now = linesBack(state.scroll, hiddenLines);
  const targets: Partial<Record<NonNullable<KeyPress["name"]>, number>> = {
    up: now + 1,
    down: now - 1,
    pageUp: now + Math.max(1, pageLines - 2),
    pageDown: now - Math.max(1, pageLines - 2),
    home: hiddenLines,
    end: 0,
  };
  const target = name === undefined ? undefined : targets[name];
  if (target === undefined) return undefined;
  const lines = Math.min(target, hiddenLines);
  return only({ ...state, scroll: lines > 0 ? { lines, hiddenLines } : undefined });
}

function inChoice(
  state: ViewState,
  panel: { readonly choice: Choice; readonly selected: number },
  { input, name }: KeyPress,
): KeyResult {
  const { choice, selected } = panel;
  const closed: ViewState = { ...state, panel: { type: "none" } };
  const move = (to: number) => only(offer(state, choice, (to + choice.items.length) % choice.items.length));
  if (name === "up") return move(selected - 1);
  if (name === "down" || name === "tab") return move(selected + 1);
  if (name === "return") return chosen(closed, choice, choice.items[selected]!.value);
  if (name !== undefined || input === "q") return only(closed);
  // A letter goes to the next entry that begins with it: languages are a hundred.
  const letter = input.toLowerCase();
  const { items } = choice;
  const found = items.findIndex((_, i) =>
    items[(selected + 1 + i) % items.length]!.label.toLowerCase().startsWith(letter),
  );
  return letter === "" || found < 0 ? only(state) : move(selected + 1 + found);
}

function chosen(state: ViewState, { what }: Choice, value: string): KeyResult {
  switch (what) {
    case "language":
      return set(state, { language: value === "auto" ? undefined : value });
    case "save":
      return { state, effects: [{ type: "save", format: value }] };
    case "mic":
    case "loopback":
      return {
        state,
        effects: [{ type: "command", command: { type: "device", channel: what, device: value } }],
      };
  }
}

function offerLanguages(state: ViewState, { languages }: KeyContext): ViewState {
  const items = [
    { value: "auto", label: "auto: detect it" },
    ...languages.map(({ code, name }) => ({ value: code, label: `${name} (${code})` })),
  ];
  const current = items.findIndex(({ value }) => value === (state.settings.language ?? "auto"));
  return offer(state, { what: "language", title: "Language", items }, Math.max(0, current));
}

function offerFormats(state: ViewState): ViewState {
  const items = SAVE_FORMATS.map((format) => ({ value: format, label: format }));
  return offer(state, { what: "save", title: "Save the text as", items }, 0);
}

function offer(state: ViewState, choice: Choice, selected: number): ViewState {
  return { ...state, panel: { type: "choice", choice, selected } };
}

function set(state: ViewState, change: Partial<SettingsView>): KeyResult {
  const commands: LiveCommand[] = [];
  if (change.beamSize !== undefined) commands.push({ type: "beam-size", beamSize: change.beamSize });
  if ("language" in change) commands.push({ type: "language", language: change.language });
  if (change.task !== undefined) commands.push({ type: "task", task: change.task });
  if (change.threshold !== undefined) commands.push({ type: "threshold", threshold: change.threshold });
  return {
    state: { ...state, settings: { ...state.settings, ...change } },
    effects: commands.map((command) => ({ type: "command", command })),
  };
}

function switched(state: ViewState, type: "mute" | "pause", on: boolean): KeyResult {
  const { selected, channels } = state;
  const channel = channels[selected];
  if (channel === undefined) return only(state);
  const changed = { ...channel, ...(type === "mute" ? { isMuted: on } : { isPaused: on, ...SILENT }) };
  return {
    state: { ...state, channels: { ...channels, [selected]: changed } },
    effects: [{ type: "command", command: { type, channel: selected, on } }],
  };
}

function noticed(state: ViewState, text: string, seconds: number, isProblem: boolean): ViewState {
  return { ...state, notice: { text, isProblem, untilSeconds: state.nowSeconds + seconds } };
}

function withOtherSelected(state: ViewState): ViewState {
  const other = state.selected === "mic" ? "loopback" : "mic";
  return state.channels[other] === undefined ? state : { ...state, selected: other };
}

function copied(state: ViewState): KeyResult {
  const text = state.utterances.findLast(({ final }) => final !== undefined)?.final?.text.trim();
  if (text === undefined) return only(notice(state, "nothing to copy yet"));
  return { state: notice(state, "copied the last utterance"), effects: [{ type: "copy", text }] };
}

function only(state: ViewState): KeyResult {
  return { state, effects: [] };
}
