/** The one view: draws the state of the store as lines, and hands keys back. */
import { Box, Text, useInput } from "ink";
import { useMemo, useSyncExternalStore } from "react";
import { drawScreen } from "../draw/screen.js";
import type { KeyPress } from "../reduce-key.js";
import type { ViewStore } from "../view-store.js";
import { keyPressOf } from "./key-press.js";
import { useMachine } from "./use-machine.js";
import { useScreenSize } from "./use-screen-size.js";

interface AppProps {
  readonly store: ViewStore;
  readonly onKey: (key: KeyPress) => void;
}

export function App({ store, onKey }: AppProps) {
  const state = useSyncExternalStore(store.subscribe, store.state);
  const machine = useMachine();
  const size = useScreenSize();
  useInput((input, key) => {
    for (const press of keyPressOf(input, key)) onKey(press);
  });
  const lines = useMemo(() => drawScreen(state, machine, size), [state, machine, size]);
  return (
    <Box flexDirection="column" height={size.rows} width={size.columns}>
      <Text wrap="truncate">{lines.join("\n")}</Text>
    </Box>
  );
}
