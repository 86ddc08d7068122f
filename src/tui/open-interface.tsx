/** The interface on a terminal: the alternate screen while it is open, the terminal as it was when it closes, whatever happened. */
import { render } from "ink";
import type { ChannelName, LiveCommand, LiveEvent, ReplayCommand } from "../live-events.js";
import { scrollableLines, textArea } from "./draw/screen.js";
import { OverlayOutput } from "./overlay-output.js";
import { Painter } from "./painter.js";
import { type KeyEffect, type KeyPress, notice, offerDevices, reduceKey } from "./reduce-key.js";
import type { ViewState } from "./view-state.js";
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

export interface Interface {
  tell(event: LiveEvent): void;
  /** Gives the terminal back. */
  close(): void;
}

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
const ENTER = `\u001b[?1049h${HIDE_CURSOR}`;
const LEAVE = `\u001b[?1049l${SHOW_CURSOR}`;

export function openInterface(hooks: InterfaceHooks, stdout: NodeJS.WriteStream = process.stdout): Interface {
  const store = new ViewStore();
  const { replay } = hooks;
  if (replay !== undefined)
    store.change((state) => ({ ...state, replay: { isPaused: false, speed: replay.speed } }));
  let isOpen = true;
  stdout.write(ENTER);
  const painter = new Painter(store, stdout);
  const overlay = new OverlayOutput(stdout, (lines) => {
    painter.overlay = lines;
  });
  const app = render(<App store={store} onKey={onKey} />, {
    stdout: overlay as unknown as NodeJS.WriteStream,
    exitOnCtrlC: false,
    patchConsole: false,
    // Every render is a whole frame, and nothing but frames is written.
    debug: true,
  });
  // A process that dies by an exception runs this too.
  process.on("exit", restore);
  app.waitUntilExit().catch((error: unknown) => {
    close();
    hooks.failed(error instanceof Error ? error : new Error(String(error)));
  });
  return { tell: (event) => store.tell(event), close };

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
        store.change((state) => notice(state, error instanceof Error ? error.message : String(error))),
    );
  }

  function close(): void {
    if (!isOpen) return;
    painter.close();
    app.unmount();
    overlay.close();
    store.close();
    restore();
    process.off("exit", restore);
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
