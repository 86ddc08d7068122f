/** The interface on a terminal: the alternate screen while it is open, the terminal as it was when it closes, whatever happened. */

import type { ChannelName, LiveCommand, LiveEvent, ReplayCommand } from "../live-events.js";
import { scrollableLines, textArea } from "./draw/screen.js";
import { render } from "./ink.js";
import type { KeyEffect, KeyPress } from "./key.js";
import { OverlayOutput } from "./overlay-output.js";
import { Painter } from "./painter.js";
import { notice, noticeProblem, offerDevices, reduceKey } from "./reduce-key.js";
import type { Loading, ViewState } from "./view-state.js";
import { ViewStore } from "./view-store.js";
import { App } from "./views/app.js";

export interface InterfaceHooks {
  readonly languages: readonly { readonly code: string; readonly name: string }[];
  command(command: LiveCommand): void;
  /** The devices that a channel can be switched to. */
  devices(channel: ChannelName): Promise<readonly { readonly id: string; readonly name: string }[]>;
  /** Saves the text so far; what it was saved as, for people. */
  save(format: string): Promise<string>;
  /** Given: what is shown happened before, and this is asked of its time. */
  readonly replay?: { readonly speed: number; obey(command: ReplayCommand): void } | undefined;
  quit(): void;
  /** An exception in a view: the interface is closed already. */
  failed(error: Error): void;
}

interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}

export interface Interface {
  /** What is done before the session's first event: it is shown until then. */
  loading(loading: Loading): void;
  tell(event: LiveEvent): void;
  /** Gives the terminal back. */
  close(): void;
}

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
const ENTER = `\u001b[?1049h${HIDE_CURSOR}`;
const LEAVE = `\u001b[?1049l${SHOW_CURSOR}`;

export function openInterface(hooks: InterfaceHooks, { stdin, stdout }: Terminal = process): Interface {
  const store = new ViewStore();
  const { replay } = hooks;
  if (replay !== undefined)
    store.change((state) => ({ ...state, replay: { isPaused: false, speed: replay.speed } }));
  let isOpen = true;
  // A process that dies by an exception runs this too.
  process.on("exit", restore);
  stdout.write(ENTER);
  const painter = new Painter(store, stdout, fail);
  const overlay = new OverlayOutput(stdout, (lines) => {
    painter.overlay = lines;
  });
  const app = render(<App store={store} onKey={onKey} />, {
    stdin,
    stdout: overlay as unknown as NodeJS.WriteStream,
    exitOnCtrlC: false,
    patchConsole: false,
    // Every render is a whole frame, and nothing but frames is written.
    debug: true,
  });
  app.waitUntilExit().catch(fail);
  painter.paint();
  return {
    loading: (loading) => store.change((state) => ({ ...state, loading })),
    tell: (event) => store.tell(event),
    close,
  };

  function onKey(key: KeyPress): void {
    const { size } = painter;
    const context = {
      pageLines: textArea(store.state(), size).rows,
      hiddenLines: scrollableLines(store.state(), size),
      languages: hooks.languages,
    };
    const { state, effects } = reduceKey(store.state(), key, context);
    store.change(() => state);
    for (const effect of effects) perform(effect);
  }

  function perform(effect: KeyEffect): void {
    switch (effect.type) {
      case "command":
        hooks.command(effect.command);
        return;
      case "copy":
        stdout.write(clipboardSequence(effect.text));
        return;
      case "save":
        answer(hooks.save(effect.format), (state, place) => notice(state, `saved as ${place}`));
        return;
      case "list-devices":
        answer(hooks.devices(effect.channel), (state, devices) =>
          offerDevices(state, effect.channel, devices),
        );
        return;
      case "replay":
        hooks.replay?.obey(effect.command);
        return;
      case "quit":
        hooks.quit();
    }
  }

  /** What fails here is told below the text: the session goes on. */
  function answer<T>(work: Promise<T>, show: (state: ViewState, result: T) => ViewState): void {
    work.then(
      (result) => store.change((state) => show(state, result)),
      (error: unknown) =>
        store.change((state) => noticeProblem(state, error instanceof Error ? error.message : String(error))),
    );
  }

  /** An exception in a view: of Ink's, or while the screen was drawn. */
  function fail(error: unknown): void {
    if (!isOpen) return;
    close();
    hooks.failed(error instanceof Error ? error : new Error(String(error)));
  }

  function close(): void {
    if (!isOpen) return;
    try {
      painter.close();
      app.unmount();
      overlay.close();
      store.close();
    } finally {
      restore();
      process.off("exit", restore);
    }
  }

  function restore(): void {
    if (!isOpen) return;
    isOpen = false;
    if (!stdout.writable) return;
    stdout.write(LEAVE);
  }
}

/** OSC 52: the terminal puts the text into the clipboard, also over ssh. */
function clipboardSequence(text: string): string {
  return `\u001b]52;c;${Buffer.from(text).toString("base64")}\u0007`;
}
