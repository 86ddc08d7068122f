/** A list to choose one thing from; the part around the selected entry where all of it has no room. */

import { terminalText } from "../../output/terminal-text.js";
import { Box, Text, useStdout } from "../ink.js";
import type { Choice } from "../view-state.js";

interface ChoicePanelProps {
  readonly choice: Choice;
  readonly selected: number;
}

/** Header and footer of the screen, title and hint of the panel. */
const OTHER_ROWS = 9;

export function ChoicePanel({ choice: { title, items }, selected }: ChoicePanelProps) {
  const { stdout } = useStdout();
  const room = Math.max(1, stdout.rows - OTHER_ROWS);
  const first = Math.max(0, Math.min(selected - Math.floor(room / 2), items.length - room));
  return (
    <Box flexDirection="column" paddingLeft={1}>
      <Text bold wrap="truncate">
        {terminalText(title)}
      </Text>
      {items.slice(first, first + room).map(({ value, label }, i) => {
        const isSelected = first + i === selected;
        return (
          <Text key={value} inverse={isSelected} wrap="truncate">
            {`${isSelected ? "▸" : " "} ${terminalText(label)} `}
          </Text>
        );
      })}
      <Text dimColor wrap="truncate">
        ↑ ↓ or a first letter · Enter takes it · Esc leaves
      </Text>
    </Box>
  );
}
