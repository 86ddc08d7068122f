/**
 * From segments to cues. Each speaker's words are split by themselves, so that a "mm-hm" of the other does not tear a sentence
 * apart; but where the other has spoken in a pause, the cue before it is over. The cues of all then take turns on one screen.
 */
import type { Segment } from "../../transcript.js";
import { foldSpaces } from "../text.js";
import { toMilliseconds } from "../time.js";
import { type Atom, atomsOf } from "./atoms.js";
import { CueSplitter, type CueText } from "./cue-splitter.js";
import { MAX_PAUSE_MS } from "./rules.js";
import { type Cue, Screen } from "./screen.js";

/** Shorter silence is no pause in which another could have had the word. */
const TURN_MS = 300;

interface Voice {
  readonly speaker: string | undefined;
  readonly splitter: CueSplitter;
  /** Words that others may still interrupt: segments come by their start, and these begin after the newest one. */
  readonly waiting: Atom[];
  /** Its latest words, for the others to see who had the word. */
  said: Atom[];
  lastStartMs: number;
}

interface SpeakerCue {
  readonly text: CueText;
  readonly speaker: string | undefined;
}

export class CueComposer {
  readonly #labelColumns: (speaker: string | undefined) => number;
  readonly #voices = new Map<string | undefined, Voice>();
  readonly #screen: Screen;
  /** In no order; they go on the screen when no earlier one can come. */
  #ready: SpeakerCue[] = [];
  #newestStartMs = 0;

  /** `labelColumns`: what each cue keeps free for its speaker's name, the space behind it included. */
  constructor(labelColumns: (speaker: string | undefined) => number) {
    this.#labelColumns = labelColumns;
    this.#screen = new Screen(labelColumns);
  }

  /** Segments come by their start. Returns the cues that are settled. */
  add(segment: Segment): Cue[] {
    const voice = this.#voiceOf(foldSpaces(segment.speaker ?? "") || undefined);
    const atoms = atomsOf(segment, voice.lastStartMs);
    const last = atoms.at(-1);
    if (last === undefined) return [];
    voice.lastStartMs = last.startMs;
    if (voice.speaker === undefined) {
      for (const atom of atoms) this.#collect(voice, voice.splitter.push(atom));
      return this.#release(Number.POSITIVE_INFINITY);
    }
    voice.waiting.push(...atoms);
    voice.said.push(...atoms);
    this.#newestStartMs = Math.max(this.#newestStartMs, toMilliseconds(segment.startSeconds) ?? 0);
    return this.#advance(this.#newestStartMs);
  }

  finish(): Cue[] {
    const cues = this.#advance(Number.POSITIVE_INFINITY);
    for (const voice of this.#voices.values()) this.#collect(voice, voice.splitter.flush());
    return [...cues, ...this.#release(Number.POSITIVE_INFINITY), ...this.#screen.finish()];
  }

  #voiceOf(speaker: string | undefined): Voice {
    let voice = this.#voices.get(speaker);
    if (voice === undefined) {
      const splitter = new CueSplitter(this.#labelColumns(speaker));
      voice = { speaker, splitter, waiting: [], said: [], lastStartMs: 0 };
      this.#voices.set(speaker, voice);
    }
    return voice;
  }

  /** All that begins before `horizonMs` is known. */
  #advance(horizonMs: number): Cue[] {
    let earliestPendingMs = horizonMs;
    for (const voice of this.#voices.values()) {
      const { splitter, waiting } = voice;
      while (waiting.length > 0 && waiting[0]!.startMs < horizonMs) {
        const atom = waiting.shift()!;
        if (this.#isOver(voice, atom.startMs)) this.#collect(voice, splitter.flush(atom.startMs));
        this.#collect(voice, splitter.push(atom));
      }
      const nextMs = waiting[0]?.startMs ?? horizonMs;
      if (this.#isOver(voice, nextMs)) this.#collect(voice, splitter.flush());
      earliestPendingMs = Math.min(earliestPendingMs, splitter.pendingStartMs ?? nextMs);
    }
    for (const voice of this.#voices.values()) {
      voice.said = voice.said.filter((atom) => atom.endMs > horizonMs - MAX_PAUSE_MS);
    }
    return this.#release(earliestPendingMs);
  }

  /** Whether the speaker's cue under way ends before a word at `nextMs`: the pause is long, or another has spoken in it. */
  #isOver({ splitter, speaker }: Voice, nextMs: number): boolean {
    const endMs = splitter.pendingEndMs;
    if (endMs === undefined || nextMs - endMs < TURN_MS) return false;
    if (nextMs - endMs >= MAX_PAUSE_MS) return true;
    return [...this.#voices.values()].some(
      (other) =>
        other.speaker !== speaker && other.said.some((atom) => atom.endMs > endMs && atom.startMs < nextMs),
    );
  }

  #collect({ speaker }: Voice, texts: readonly CueText[]): void {
    for (const text of texts) this.#ready.push({ text, speaker });
  }

  #release(beforeMs: number): Cue[] {
    const out = this.#ready
      .filter(({ text }) => text.startMs <= beforeMs)
      .sort((a, b) => a.text.startMs - b.text.startMs);
    this.#ready = this.#ready.filter(({ text }) => text.startMs > beforeMs);
    return out.flatMap(({ text, speaker }) => this.#screen.add(text, speaker));
  }
}
