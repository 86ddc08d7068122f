/** `--model auto`: the most exact model that this machine bears. Pure. */
import type { Accelerator } from "./compute-device.js";
import { type Compute, isQuantised } from "./compute-type.js";
import { KNOWN_MODELS, type KnownModel } from "./known-models.js";
import { relativeTime, residentBytes } from "./model-cost.js";

export interface Machine {
  readonly cores: number;
  readonly freeBytes: number;
  /** undefined: the CPU. */
  readonly accelerator: Accelerator | undefined;
  /** How many times faster than real time base is, with so many threads, as measured here; undefined: not measured. */
  readonly measured: { readonly speed: number; readonly threads: number } | undefined;
}

export interface Task {
  /** undefined: to be found out. */
  readonly language: string | undefined;
  readonly task: "transcribe" | "translate";
  /** Text is wanted while people speak. */
  readonly isLive: boolean;
}

export interface Candidate {
  readonly name: string;
  readonly compute: Compute;
  /** Of the weights. */
  readonly bytes: number;
}

/** A candidate, and what is said for and against it. */
export interface Weighed extends Candidate {
  /** Times real time. */
  readonly expectedSpeed: number;
  readonly neededBytes: number;
  /** undefined: it will do. */
  readonly objection: string | undefined;
}

export interface Choice {
  readonly chosen: Weighed;
  /** All that were looked at, the most exact first. */
  readonly weighed: readonly Weighed[];
  /** Whether nothing had no objection, and the cheapest was taken. */
  readonly isMakeshift: boolean;
}

/** Listening decodes two channels, each several times while it grows. */
export const LIVE_SPEED = 5;
export const FILE_SPEED = 2;
/** Of base on one core with VNNI, low; and how it grows with cores, by what two and four gave. */
const SPEED_OF_ONE_CORE = 5;
const CORES_EXPONENT = 0.75;
/** The rest stays with the system and other programs. */
const USABLE_MEMORY = 0.8;

/**
 * From rough to exact, by the word error rates their makers publish. An English-only model is better than its twin where English is
 * spoken.
 */
const BY_EXACTNESS = [
  ...[
    "tiny",
    "tiny.en",
    "base",
    "base.en",
    "small",
    "distil-small.en",
    "small.en",
    "distil-medium.en",
    "medium",
  ],
  ...["medium.en", "large-v1", "distil-large-v2", "large-v2", "distil-large-v3", "large-v3-turbo"],
  ...["distil-large-v3.5", "large-v3"],
];

/** undefined where no candidate is a model that is known. */
export function chooseModel(
  machine: Machine,
  task: Task,
  candidates: readonly Candidate[],
): Choice | undefined {
  const weighed = candidates
    .map((candidate) => weigh(candidate, machine, task))
    .filter((each) => each !== undefined)
    .sort((a, b) => exactness(b) - exactness(a) || coarseness(a) - coarseness(b) || a.bytes - b.bytes);
  const fit = weighed.find(({ objection }) => objection === undefined);
  if (fit !== undefined) return { chosen: fit, weighed, isMakeshift: false };
  const able = weighed.filter((each) => cannot(each, machine, task) === undefined);
  const fastest = able.sort((a, b) => b.expectedSpeed - a.expectedSpeed)[0];
  return fastest === undefined ? undefined : { chosen: fastest, weighed, isMakeshift: true };
}

/** Times real time that a model of that name would have here; undefined where its shape is not known. */
export function expectedSpeed(name: string, { cores, measured }: Machine): number | undefined {
  const time = relativeTime(name);
  if (time === undefined) return undefined;
  const one =
    measured === undefined ? SPEED_OF_ONE_CORE : measured.speed / measured.threads ** CORES_EXPONENT;
  return (one * cores ** CORES_EXPONENT) / time;
}

function weigh(candidate: Candidate, machine: Machine, task: Task): Weighed | undefined {
  const speed = expectedSpeed(candidate.name, machine);
  if (speed === undefined || exactness(candidate) < 0) return undefined;
  const neededBytes = residentBytes(candidate.bytes);
  const needed = task.isLive ? LIVE_SPEED : FILE_SPEED;
  const objection =
    cannot(candidate, machine, task) ??
    (neededBytes > USABLE_MEMORY * machine.freeBytes ? "too large for the free memory" : undefined) ??
    (speed < needed ? `slower than ${needed}× real time` : undefined);
  return { ...candidate, expectedSpeed: speed, neededBytes, objection };
}

/** What rules a model out, on any machine. */
function cannot({ name, compute }: Candidate, { accelerator }: Machine, task: Task): string | undefined {
  const known = KNOWN_MODELS.find((model) => model.name === name)!;
  if (known.languages === 1 && task.language !== "en") return "English only";
  if (task.task === "translate" && !canTranslate(known)) return "does not translate";
  if (accelerator !== undefined && isQuantised(compute)) return `not for ${accelerator}`;
  return undefined;
}

/** turbo was trained without translation, and so were the distilled ones. */
function canTranslate({ name, languages }: KnownModel): boolean {
  return languages > 1 && name !== "large-v3-turbo";
}

/** 4 bits are for where nothing else fits. */
function coarseness({ compute }: Candidate): number {
  return Number(compute === "int4");
}

function exactness({ name }: Candidate): number {
  return BY_EXACTNESS.indexOf(name);
}
