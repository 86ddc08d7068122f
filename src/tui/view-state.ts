/** What the interface shows, as plain data. The reducer beside it makes it of events and keys; the views only draw it. */
import type {
  CaptureState,
  ChannelInfo,
  ChannelName,
  EndEvent,
  FinalEvent,
  LiveWord,
  LoadLevel,
  ProblemEvent,
  SessionEvent,
  StatusEvent,
} from "../live-events.js";
import type { ScrollPosition } from "./scroll-position.js";

export interface UtteranceView {
  readonly utterance: number;
  readonly channel: ChannelName;
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** Never taken back before the final; empty once it is there. */
  readonly confirmed: string;
  readonly partial: string;
  /** undefined until the utterance is final. */
  readonly final: FinalEvent | undefined;
  /** Words with their times, of whatever text is newest: for the line under the spectrogram. */
  readonly words: readonly LiveWord[];
  /** How many of the words are confirmed. */
  readonly confirmedWords: number;
}

/** The newest columns of a spectrogram, the oldest first. */
export interface SpectrumView {
  readonly stepSeconds: number;
  /** End of the last column. */
  readonly endSeconds: number;
  readonly columns: readonly Uint8Array[];
}

export interface ChannelView {
  readonly info: ChannelInfo;
  readonly capture: CaptureState;
  readonly isSpeaking: boolean;
  readonly rmsDbfs: number;
  readonly peakDbfs: number;
  /** The highest peak of the last second and a half, and when it was. */
  readonly heldPeakDbfs: number;
  readonly heldAtSeconds: number;
  readonly isMuted: boolean;
  readonly isPaused: boolean;
  readonly spectrum: SpectrumView;
}

export interface SettingsView {
  readonly beamSize: number;
  readonly language: string | undefined;
  readonly task: "transcribe" | "translate";
  readonly threshold: number;
}

export type Panel =
  | { readonly type: "none" }
  | { readonly type: "help" }
  | { readonly type: "choice"; readonly choice: Choice; readonly selected: number };

/** A list to choose one thing from. */
export interface Choice {
  readonly what: "mic" | "loopback" | "language" | "save";
  readonly title: string;
  readonly items: readonly { readonly value: string; readonly label: string }[];
}

/** What is done before the session begins. */
export interface Loading {
  /** "loading model base", for one. */
  readonly what: string;
  /** From 0 to 1, where it is known how much there is. */
  readonly part?: number | undefined;
}

/** What is shown happened before: its time can be stopped. */
export interface ReplayView {
  readonly isPaused: boolean;
  /** Seconds of the session in a second. */
  readonly speed: number;
}

export interface Notice {
  readonly text: string;
  /** It tells that what was asked for could not be done. */
  readonly isProblem: boolean;
  readonly untilSeconds: number;
}

export interface ViewState {
  readonly loading: Loading;
  readonly session: SessionEvent | undefined;
  readonly settings: SettingsView;
  readonly channels: Readonly<Partial<Record<ChannelName, ChannelView>>>;
  /** The channel that keys of one channel act on. */
  readonly selected: ChannelName;
  /** In the order in which they began. Those without any text are left out when they end. */
  readonly utterances: readonly UtteranceView[];
  readonly engine: Extract<StatusEvent, { engine: unknown }> | undefined;
  readonly load: LoadLevel;
  /** Of the last final: seconds of audio for each second of work. */
  readonly lastSpeed: number | undefined;
  readonly marks: readonly number[];
  /** The newest last; old ones go. */
  readonly problems: readonly ProblemEvent[];
  /** A short answer to a key, such as what was copied; shown for some seconds. */
  readonly notice: Notice | undefined;
  readonly nowSeconds: number;
  readonly panel: Panel;
  /** undefined: the newest text is followed. */
  readonly scroll: ScrollPosition | undefined;
  readonly showsTimes: boolean;
  readonly showsSpectrogram: boolean;
  readonly end: EndEvent | undefined;
  /** undefined: the session goes on now. */
  readonly replay: ReplayView | undefined;
}

/** A meter at rest, and nobody speaking. */
export const SILENT = {
  heldPeakDbfs: -120,
  heldAtSeconds: 0,
  rmsDbfs: -120,
  peakDbfs: -120,
  isSpeaking: false,
} as const;
const NO_SPECTRUM: SpectrumView = { stepSeconds: 0, endSeconds: 0, columns: [] };

export function channelView(info: ChannelInfo): ChannelView {
  return {
    info,
    capture: "open",
    isMuted: false,
    isPaused: false,
    spectrum: NO_SPECTRUM,
    ...SILENT,
  };
}

export const INITIAL_VIEW_STATE: ViewState = {
  loading: { what: "starting" },
  session: undefined,
  settings: { beamSize: 5, language: undefined, task: "transcribe", threshold: 0.05 },
  channels: {},
  selected: "mic",
  utterances: [],
  engine: undefined,
  load: "normal",
  lastSpeed: undefined,
  marks: [],
  problems: [],
  notice: undefined,
  nowSeconds: 0,
  panel: { type: "none" },
  scroll: undefined,
  showsTimes: false,
  showsSpectrogram: false,
  end: undefined,
  replay: undefined,
};
