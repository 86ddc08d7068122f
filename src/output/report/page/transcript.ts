/** The words on the page with their times, and which of them are spoken now. */
import { prefersLessMotion } from "./elements.js";
import { lastAtOrBefore } from "./last-before.js";

export interface TimedWord {
  readonly element: HTMLElement;
  readonly text: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly turn: Turn;
  readonly isUnsure: boolean;
}

export interface Turn {
  readonly element: HTMLElement;
  readonly channel: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly words: TimedWord[];
}

/** Two moments that are not told apart. */
const SAME_SECONDS = 0.02;

export class Transcript {
  /** By time. */
  readonly turns: readonly Turn[];
  /** Of each channel, by time. */
  readonly words: readonly (readonly TimedWord[])[];
  onChoose: (seconds: number) => void = () => {};
  readonly #allWords: readonly TimedWord[];
  /** Of each channel: the word that is lit. */
  readonly #lit: (TimedWord | undefined)[];

  constructor(list: HTMLElement, channels: number) {
    this.turns = [...list.querySelectorAll<HTMLElement>(".turn")].map(readTurn);
    this.#allWords = this.turns.flatMap(({ words }) => words).sort(byStart);
    this.words = Array.from({ length: channels }, (_, channel) =>
      this.#allWords.filter(({ turn }) => turn.channel === channel),
    );
    this.#lit = this.words.map(() => undefined);
    list.addEventListener("click", (event) => this.#choose(event));
  }

  /** The words of this moment; returns one that has just begun. */
  lightUp(seconds: number): TimedWord | undefined {
    let begun: TimedWord | undefined;
    for (const [channel, words] of this.words.entries()) {
      const last = words[lastAtOrBefore(words, seconds + SAME_SECONDS)];
      const now =
        last !== undefined && seconds < Math.max(last.endSeconds, last.startSeconds + 0.1) ? last : undefined;
      const before = this.#lit[channel];
      if (now === before) continue;
      before?.element.classList.remove("now");
      before?.turn.element.classList.remove("speaking");
      now?.element.classList.add("now");
      now?.turn.element.classList.add("speaking");
      this.#lit[channel] = now;
      begun = now ?? begun;
    }
    return begun;
  }

  /** Into the middle of what can be seen, where it is not seen well already. */
  scrollTo({ element }: TimedWord): void {
    const { top, bottom } = element.getBoundingClientRect();
    const playerBottom = document.querySelector(".player")!.getBoundingClientRect().bottom;
    if (top > playerBottom + 40 && bottom < window.innerHeight * 0.8) return;
    const middle = playerBottom + (window.innerHeight - playerBottom) / 3;
    window.scrollBy({ top: top - middle, behavior: prefersLessMotion() ? "auto" : "smooth" });
  }

  wordAfter(seconds: number): TimedWord | undefined {
    return this.#allWords.find(({ startSeconds }) => startSeconds > seconds + SAME_SECONDS);
  }

  wordBefore(seconds: number): TimedWord | undefined {
    return this.#allWords.findLast(({ startSeconds }) => startSeconds < seconds - SAME_SECONDS);
  }

  turnAfter(seconds: number): TimedWord | undefined {
    return this.turns.find(({ startSeconds }) => startSeconds > seconds + SAME_SECONDS)?.words[0];
  }

  turnBefore(seconds: number): TimedWord | undefined {
    return this.turns.findLast(({ startSeconds }) => startSeconds < seconds - SAME_SECONDS)?.words[0];
  }

  /** From the beginning again behind the last. */
  unsureAfter(seconds: number): TimedWord | undefined {
    const unsure = this.#allWords.filter(({ isUnsure }) => isUnsure);
    return unsure.find(({ startSeconds }) => startSeconds > seconds + SAME_SECONDS) ?? unsure[0];
  }

  #choose(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    const chosen = target.closest<HTMLElement>(".w, .time");
    // Who selects text does not want to hear it; who opens a link elsewhere means that.
    if (chosen === null || getSelection()?.isCollapsed === false || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const turn = chosen.closest<HTMLElement>(".turn")!;
    this.onChoose(Number((chosen.dataset.t ?? turn.dataset.start!).split(" ")[0]));
  }
}

function readTurn(element: HTMLElement): Turn {
  const { channel, start, end } = element.dataset;
  const turn: Turn = {
    element,
    channel: Number(channel),
    startSeconds: Number(start),
    endSeconds: Number(end),
    words: [],
  };
  for (const word of element.querySelectorAll<HTMLElement>(".w")) {
    const [startSeconds = 0, endSeconds = 0] = word.dataset.t!.split(" ").map(Number);
    const isUnsure = word.classList.contains("unsure");
    turn.words.push({
      element: word,
      text: word.textContent ?? "",
      startSeconds,
      endSeconds,
      turn,
      isUnsure,
    });
  }
  return turn;
}

function byStart(a: TimedWord, b: TimedWord): number {
  return a.startSeconds - b.startSeconds;
}
