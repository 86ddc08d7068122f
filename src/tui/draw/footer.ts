/** The lines below the text: how it is made, how fast, and the keys. */
import { formatClock } from "../../output/clock.js";
import { terminalText } from "../../output/terminal-text.js";
import type { Notice, ReplayView, ViewState } from "../view-state.js";
import { asManyAsFit, fitted } from "./fit.js";
import { palette } from "./palette.js";

/** What no event knows. */
export interface Machine {
  readonly residentBytes: number;
}

/** How long a problem is shown. */
const SHOWN_SECONDS = 15;
const SEPARATOR = palette.quiet(" · ");

const TEXT_KEYS = [
  ["c", "copy"],
  ["s", "save"],
  ["g", "spectrogram"],
  ["i", "times"],
  ["f", "follow"],
] as const;

const KEYS = [
  ["q", "quit"],
  ["?", "help"],
  ["Tab", "channel"],
  ["p", "pause"],
  ["m", "mute"],
  ["b/B", "beam"],
  ["l", "language"],
  ["t", "translate"],
  ["[ ]", "threshold"],
  ["d", "device"],
  ["k", "mark"],
  ...TEXT_KEYS,
] as const;

const REPLAY_KEYS = [
  ["q", "quit"],
  ["?", "help"],
  ["space", "pause"],
  [".", "step"],
  ["+ -", "speed"],
  ...TEXT_KEYS,
] as const;

/** `linesBack`: how far above the newest text the screen is. */
export function footer(state: ViewState, machine: Machine, linesBack: number, width: number): string[] {
  return [
    messageLine(state, linesBack, width),
    modelLine(state, machine, width),
    timingLine(state, width),
    keyLine(state.replay === undefined ? KEYS : REPLAY_KEYS, width),
  ];
}

/** The newest problem, or the answer to a key. */
function messageLine(
  { notice, problems, nowSeconds, end, replay }: ViewState,
  linesBack: number,
  width: number,
): string {
  if (end !== undefined) {
    const answer = notice === undefined ? "" : `${answerText(notice)} · `;
    return fitted(` ${answer}${palette.warning("all heard: s saves, q leaves")}`, width);
  }
  if (notice !== undefined && nowSeconds < notice.untilSeconds)
    return fitted(` ${answerText(notice)}`, width);
  const problem = problems.at(-1);
  if (problem !== undefined && nowSeconds - problem.atSeconds < SHOWN_SECONDS) {
    const colour = problem.type === "error" ? palette.bad : palette.warning;
    return fitted(colour(` ${problem.code}: ${terminalText(problem.message)}`), width);
  }
  if (linesBack > 0)
    return fitted(palette.warning(` ↑ ${linesBack} lines back, text goes on below: f follows it`), width);
  return fitted(replay === undefined ? "" : palette.quiet(` ${replayText(replay)}`), width);
}

function replayText({ isPaused, speed }: ReplayView): string {
  const pace = Number.isFinite(speed) ? `${speed}×` : "as fast as possible";
  return `replay, ${pace}${isPaused ? ", paused: . goes on by one event" : ""}`;
}

function answerText({ text, isProblem }: Notice): string {
  return (isProblem ? palette.warning : palette.good)(terminalText(text));
}

function modelLine(state: ViewState, { residentBytes }: Machine, width: number): string {
  const { session, settings, engine, load, lastSpeed } = state;
  if (session === undefined) return fitted("", width);
  const { beamSize, language, task } = settings;
  const search = beamSize > 1 ? `beam ${beamSize}` : "greedy";
  const parts = [
    palette.strong(terminalText(session.model)),
    `${language ?? "auto"}${task === "translate" ? " → en" : ""}`,
    search,
    ...(load === "normal" ? [] : [palette.warning(load.replace("-", " "))]),
    ...(engine === undefined || engine.engine === "ready" ? [] : [palette.warning(`model ${engine.engine}`)]),
    `cpu × ${session.threads}`,
    ...(lastSpeed === undefined ? [] : [`${lastSpeed.toFixed(1)}× real time`]),
    `lag ${(engine?.lagSeconds ?? 0).toFixed(1)} s`,
    `${Math.round(residentBytes / 1e6)} MB`,
    formatClock(state.nowSeconds),
  ];
  return fitted(` ${asManyAsFit(parts, SEPARATOR, width - 1)}`, width);
}

/** The stages as whisper.cpp names them, in seconds of work. */
function timingLine({ engine }: ViewState, width: number): string {
  if (engine === undefined) return fitted("", width);
  const { loadSeconds, melSeconds, vadSeconds, encodeSeconds, decodeSeconds, finals, partials } =
    engine.timings;
  const total = loadSeconds + melSeconds + vadSeconds + encodeSeconds + decodeSeconds;
  const seconds = (name: string, value: number) => `${name} ${value.toFixed(1)}`;
  const parts = [
    seconds("load", loadSeconds),
    seconds("mel", melSeconds),
    seconds("vad", vadSeconds),
    seconds("encode", encodeSeconds),
    seconds("decode", decodeSeconds),
    `${seconds("total", total)} s`,
    `${finals} finals`,
    `${partials} partials`,
  ];
  return fitted(` ${palette.quiet(asManyAsFit(parts, " · ", width - 1))}`, width);
}

function keyLine(keys: readonly (readonly [string, string])[], width: number): string {
  const parts = keys.map(([key, what]) => `${palette.key(key)} ${palette.quiet(what)}`);
  return fitted(` ${asManyAsFit(parts, "  ", width - 1)}`, width);
}
