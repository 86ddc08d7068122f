/** Every key and what it does. All of it has room on a terminal of 60×20. */
import { Box, Text } from "../ink.js";

const KEYS: readonly (readonly [string, string])[] = [
  ["Tab", "select the other channel, for the next three"],
  ["p", "pause or resume it: nothing is heard or kept"],
  ["m", "mute or unmute it: kept, but no text"],
  ["d", "choose its device from a list"],
  ["b B", "beam size down, up; 0 and 1 are greedy"],
  ["l t", "language; translate into English, or not"],
  ["[ ]", "threshold down, up: quieter sound is no speech"],
  ["k c", "mark this moment; copy the last utterance"],
  ["s", "save the text as SRT, TXT or JSON"],
  ["g i", "spectrogram, times: on or off"],
  ["↑ ↓ …", "PgUp PgDn Home End too: scroll; f follows again"],
  ["q", "or Ctrl-C: quit; what is being said is finished"],
];
const REPLAY_KEYS: readonly (readonly [string, string])[] = [
  ["space", "stop, and go on"],
  [".", "stop, and go on by one event"],
  ["+ -", "twice as fast, half as fast"],
  ["c", "copy the last utterance"],
  ["s", "save the text as SRT, TXT or JSON"],
  ["g i", "spectrogram, times: on or off"],
  ["↑ ↓ …", "PgUp PgDn Home End too: scroll; f follows again"],
  ["q", "or Ctrl-C: quit"],
];
const KEY_CELLS = 8;

export function HelpPanel({ isReplay }: { readonly isReplay: boolean }) {
  return (
    <Box flexDirection="column" paddingLeft={1}>
      {(isReplay ? REPLAY_KEYS : KEYS).map(([key, what]) => (
        <Text key={key} wrap="truncate">
          <Text bold color="cyan">
            {key.padEnd(KEY_CELLS)}
          </Text>
          {what}
        </Text>
      ))}
      <Text dimColor wrap="truncate">
        Dimmed text may still change. Any key closes this.
      </Text>
    </Box>
  );
}
