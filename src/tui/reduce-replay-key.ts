/** Keys of a replay: its time in place of what only a session that goes on can be asked for. Pure. */
import type { ReplayCommand } from "../live-events.js";
import type { ReplayView } from "./view-state.js";

interface ReplayKeyResult {
  readonly replay: ReplayView;
  readonly commands: readonly ReplayCommand[];
}

const FASTEST = 64;
const SLOWEST = 0.125;
/** What a recording cannot be asked for. */
const LIVE_KEYS = new Set(["p", "m", "d", "b", "B", "t", "[", "]", "l", "k"]);

/** undefined for a key that does the same as while listening. */
export function reduceReplayKey(replay: ReplayView, input: string): ReplayKeyResult | undefined {
  const paused = (on: boolean, ...commands: readonly ReplayCommand[]) => ({
    replay: { ...replay, isPaused: on },
    commands: [{ type: "pause", on } as const, ...commands],
  });
  const atSpeed = (speed: number) => ({
    replay: { ...replay, speed },
    commands: [{ type: "speed", speed } as const],
  });
  switch (input) {
    case " ":
      return paused(!replay.isPaused);
    case ".":
      return paused(true, { type: "step" });
    case "+":
      return atSpeed(Math.min(FASTEST, replay.speed * 2));
    case "-":
      return atSpeed(Math.max(SLOWEST, Math.min(FASTEST, replay.speed) / 2));
    default:
      return LIVE_KEYS.has(input) ? { replay, commands: [] } : undefined;
  }
}
