/** What Ink draws: the panel that is open, if one is. It also reads the keys. */

import { useSyncExternalStore } from "react";
import { useInput } from "../ink.js";
import type { KeyPress } from "../key.js";
import type { ViewStore } from "../view-store.js";
import { ChoicePanel } from "./choice-panel.js";
import { HelpPanel } from "./help-panel.js";
import { keyPressOf } from "./key-press.js";

interface AppProps {
  readonly store: ViewStore;
  readonly onKey: (key: KeyPress) => void;
}

export function App({ store, onKey }: AppProps) {
  const panel = useSyncExternalStore(store.subscribe, () => store.state().panel);
  useInput((input, key) => {
    for (const press of keyPressOf(input, key)) onKey(press);
  });
  const isReplay = store.state().replay !== undefined;
  if (panel.type === "help") return <HelpPanel isReplay={isReplay} />;
  if (panel.type === "choice") return <ChoicePanel choice={panel.choice} selected={panel.selected} />;
  return null;
}
