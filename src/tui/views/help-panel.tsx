/** Every key and what it does. */
import { Box, Text } from "ink";

const KEYS: readonly (readonly [string, string])[] = [
  ["Tab", "select the other channel: p, m and d act on the selected one"],
  ["p", "pause or resume the channel: nothing of it is looked at"],
  ["m", "mute or unmute it: the meter lives on, nothing is transcribed"],
  ["d", "choose its device from a list"],
  ["b B", "beam size down, up; 0 and 1 are greedy"],
  ["l", "choose the language"],
  ["t", "translate into English, or not"],
  ["[ ]", "threshold down, up: quieter sound begins no utterance"],
  ["k", "mark this moment"],
  ["c", "copy the last utterance to the clipboard"],
  ["s", "save the text as SRT, TXT or JSON"],
  ["g i", "spectrogram, times: on or off"],
  ["↑ ↓ …", "and PgUp PgDn Home End scroll; f follows the newest text"],
  ["q", "or Ctrl-C: quit; what is being said is still made final"],
];
const KEY_CELLS = 8;

export function HelpPanel() {
  return (
    <Box flexDirection="column" paddingLeft={1}>
      {KEYS.map(([key, what]) => (
        <Text key={key} wrap="truncate">
          <Text bold color="cyan">
            {key.padEnd(KEY_CELLS)}
          </Text>
          {what}
        </Text>
      ))}
      <Text dimColor wrap="truncate">
        Bright text is certain, dimmed text may still change. Any key closes this.
      </Text>
    </Box>
  );
}
