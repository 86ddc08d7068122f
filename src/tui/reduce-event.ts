/** Events of the session into the state of the view. Pure. */
import type {
  CaptureState,
  ChannelName,
  FinalEvent,
  LevelEvent,
  LiveEvent,
  SpectrumEvent,
  SpeechEvent,
  StatusEvent,
} from "../live-events.js";
import { type ChannelView, channelView, SILENT, type UtteranceView, type ViewState } from "./view-state.js";

/** How long the meter keeps its highest peak. */
const PEAK_HOLD_SECONDS = 1.5;
const KEPT_PROBLEMS = 20;
/** Of a channel in another state no levels come any more: its meter must not stay where it was. */
const IS_HEARD: ReadonlySet<CaptureState> = new Set(["open", "recovered"]);
/** As wide as the widest terminal. */
const KEPT_SPECTRUM_COLUMNS = 400;

export function reduceEvent(state: ViewState, event: LiveEvent): ViewState {
  const next = reduced(state, event);
  const nowSeconds = Math.max(state.nowSeconds, event.atSeconds);
  return next.nowSeconds === nowSeconds ? next : { ...next, nowSeconds };
}

function reduced(state: ViewState, event: LiveEvent): ViewState {
  switch (event.type) {
    case "session": {
      const { beamSize, language, task, threshold, channels } = event;
      return {
        ...state,
        session: event,
        settings: { beamSize, language, task, threshold },
        channels: Object.fromEntries(channels.map((info) => [info.channel, channelView(info)])),
        selected: channels.some(({ channel }) => channel === "mic") ? "mic" : "loopback",
      };
    }
    case "level":
      return ofChannel(state, event.channel, (channel) => withLevel(channel, event));
    case "spectrum":
      return ofChannel(state, event.channel, (channel) => withSpectrum(channel, event));
    case "speech":
      return withSpeech(state, event);
    case "partial":
      return ofUtterance(state, event, (view) => ({
        ...view,
        endSeconds: event.endSeconds,
        partial: event.text,
        words: [...view.words.slice(0, view.confirmedWords), ...event.words],
      }));
    case "confirmed":
      return ofUtterance(state, event, (view) => ({
        ...view,
        endSeconds: event.endSeconds,
        confirmed: view.confirmed + event.text,
        words: [...view.words.slice(0, view.confirmedWords), ...event.words],
        confirmedWords: view.confirmedWords + event.words.length,
      }));
    case "final":
      return withFinal(state, event);
    case "status":
      return withStatus(state, event);
    case "warning":
    case "error":
      return { ...state, problems: [...state.problems, event].slice(-KEPT_PROBLEMS) };
    case "end":
      return { ...state, end: event };
  }
}

function withLevel(channel: ChannelView, { rmsDbfs, peakDbfs, atSeconds }: LevelEvent): ChannelView {
  // The last level may come behind the end.
  if (channel.isPaused || !IS_HEARD.has(channel.capture)) return channel;
  const isHeld = peakDbfs < channel.heldPeakDbfs && atSeconds - channel.heldAtSeconds < PEAK_HOLD_SECONDS;
  const held = isHeld ? {} : { heldPeakDbfs: peakDbfs, heldAtSeconds: atSeconds };
  return { ...channel, rmsDbfs, peakDbfs, ...held };
}

function withSpectrum(
  channel: ChannelView,
  { startSeconds, stepSeconds, columns }: SpectrumEvent,
): ChannelView {
  const kept = [...channel.spectrum.columns, ...columns].slice(-KEPT_SPECTRUM_COLUMNS);
  const endSeconds = startSeconds + columns.length * stepSeconds;
  return { ...channel, spectrum: { stepSeconds, endSeconds, columns: kept } };
}

function withSpeech(state: ViewState, event: SpeechEvent): ViewState {
  const spoken = ofChannel(state, event.channel, (channel) => ({
    ...channel,
    isSpeaking: event.state === "start",
  }));
  if (event.state === "end") return spoken;
  const { utterance, channel, startSeconds } = event;
  const view: UtteranceView = {
    utterance,
    channel,
    startSeconds,
    endSeconds: startSeconds,
    confirmed: "",
    partial: "",
    final: undefined,
    words: [],
    confirmedWords: 0,
  };
  return { ...spoken, utterances: [...spoken.utterances, view] };
}

/** An utterance that turned out to be no speech goes: it never had a line that stayed. */
function withFinal(state: ViewState, event: FinalEvent): ViewState {
  const { computeSeconds, startSeconds, endSeconds } = event;
  const lastSpeed = computeSeconds > 0 ? (endSeconds - startSeconds) / computeSeconds : state.lastSpeed;
  if (event.text.trim() === "") {
    const utterances = state.utterances.filter(({ utterance }) => utterance !== event.utterance);
    return { ...state, utterances, lastSpeed };
  }
  const settled = ofUtterance(state, event, (view) => ({
    ...view,
    startSeconds,
    endSeconds,
    confirmed: "",
    partial: "",
    final: event,
    words: event.words,
  }));
  return { ...settled, lastSpeed };
}

function withStatus(state: ViewState, event: StatusEvent): ViewState {
  if ("command" in event) return state;
  if ("engine" in event) return { ...state, engine: event, load: event.load };
  const { capture, device } = event;
  return ofChannel(state, event.channel, (channel) => ({
    ...channel,
    capture,
    info: { ...channel.info, device },
    ...(IS_HEARD.has(capture) ? {} : SILENT),
  }));
}

function ofChannel(
  state: ViewState,
  name: ChannelName,
  change: (channel: ChannelView) => ChannelView,
): ViewState {
  const channel = state.channels[name];
  if (channel === undefined) return state;
  return { ...state, channels: { ...state.channels, [name]: change(channel) } };
}

/** The utterance is among the newest: the search goes backwards. */
function ofUtterance(
  state: ViewState,
  { utterance }: { readonly utterance: number },
  change: (view: UtteranceView) => UtteranceView,
): ViewState {
  const index = state.utterances.findLastIndex((view) => view.utterance === utterance);
  if (index < 0) return state;
  return { ...state, utterances: state.utterances.with(index, change(state.utterances[index]!)) };
}
