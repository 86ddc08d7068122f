/** Keys of a replay: its time in place of what only a session that goes on can be asked for. Pure. */
import type { KeyPress, KeyResult } from "./key.js";
import type { ReplayView, ViewState } from "./view-state.js";

const FASTEST = 64;
const SLOWEST = 0.125;
/** What a recording cannot be asked for. */
const LIVE_KEYS = new Set(["p", "m", "d", "b", "B", "t", "[", "]", "l", "k"]);

/** undefined for a key that does the same as while listening. */
export function reduceReplayKey(
  state: ViewState,
  replay: ReplayView,
  { input }: KeyPress,
): KeyResult | undefined {
  const changed = (change: Partial<ReplayView>) => ({ ...state, replay: { ...replay, ...change } });
  const atSpeed = (speed: number): KeyResult => ({
    state: changed({ speed }),
    effects: [{ type: "replay", command: { type: "speed", speed } }],
  });
  switch (input) {
    case " ": {
      const on = !replay.isPaused;
      return {
        state: changed({ isPaused: on }),
        effects: [{ type: "replay", command: { type: "pause", on } }],
      };
    }
    case ".":
      return {
        state: changed({ isPaused: true }),
        effects: [
          { type: "replay", command: { type: "pause", on: true } },
          { type: "replay", command: { type: "step" } },
        ],
      };
    case "+":
      return atSpeed(Math.min(FASTEST, replay.speed * 2));
    case "-":
      return atSpeed(Math.max(SLOWEST, Math.min(FASTEST, replay.speed) / 2));
    default:
      return LIVE_KEYS.has(input) ? { state, effects: [] } : undefined;
  }
}
