/** A key, and what it does. */
import type { ChannelName, LiveCommand, ReplayCommand } from "../live-events.js";
import type { ViewState } from "./view-state.js";

/** One press, as a terminal reports it. */
export interface KeyPress {
  /** The character, or "" for a named key. */
  readonly input: string;
  readonly name?:
    | "up"
    | "down"
    | "pageUp"
    | "pageDown"
    | "home"
    | "end"
    | "return"
    | "escape"
    | "tab"
    | "ctrl-c";
}

/** What a key does beyond the view. */
export type KeyEffect =
  | { readonly type: "command"; readonly command: LiveCommand }
  | { readonly type: "copy"; readonly text: string }
  | { readonly type: "save"; readonly format: string }
  /** A list that somebody else has to make: the devices there are. */
  | { readonly type: "list-devices"; readonly channel: ChannelName }
  | { readonly type: "replay"; readonly command: ReplayCommand }
  | { readonly type: "quit" };

export interface KeyResult {
  readonly state: ViewState;
  readonly effects: readonly KeyEffect[];
}
