/** Search in the transcript: finds are marked, counted, and gone through. */
import { byId } from "./elements.js";
import { findPhrase } from "./find-phrase.js";
import type { TimedWord, Transcript } from "./transcript.js";

const DELAY_MS = 120;

export class Search {
  readonly #transcript: Transcript;
  readonly #onFind: (seconds: number) => void;
  readonly #field = byId<HTMLInputElement>("search");
  readonly #status = byId("found");
  /** Words of each find. */
  #finds: readonly (readonly TimedWord[])[] = [];
  #current = -1;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(transcript: Transcript, onFind: (seconds: number) => void) {
    this.#transcript = transcript;
    this.#onFind = onFind;
    this.#field.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#search(), DELAY_MS);
    });
    this.#field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.#go(event.shiftKey ? -1 : 1);
      if (event.key === "Escape") {
        this.clear();
        this.#field.blur();
      }
    });
  }

  clear(): void {
    this.#field.value = "";
    this.#search();
  }

  #search(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { element } of this.#finds.flat()) element.classList.remove("found", "current");
    const phrase = this.#field.value.trim();
    this.#finds = this.#transcript.turns.flatMap(({ words }) =>
      findPhrase(
        words.map(({ text }) => text),
        phrase,
      ).map(([from, to]) => words.slice(from, to)),
    );
    for (const { element } of this.#finds.flat()) element.classList.add("found");
    this.#current = -1;
    this.#tell();
  }

  #go(direction: 1 | -1): void {
    // Enter may come before the pause in typing that was waited for.
    if (this.#timer !== undefined) this.#search();
    const count = this.#finds.length;
    if (count === 0) return;
    for (const { element } of this.#finds[this.#current] ?? []) element.classList.remove("current");
    this.#current =
      this.#current < 0 && direction < 0 ? count - 1 : (this.#current + direction + count) % count;
    const find = this.#finds[this.#current]!;
    for (const { element } of find) element.classList.add("current");
    this.#onFind(find[0]!.startSeconds);
    this.#transcript.scrollTo(find[0]!);
    this.#tell();
  }

  #tell(): void {
    const count = this.#finds.length;
    if (this.#field.value.trim() === "") this.#status.textContent = "";
    else if (count === 0) this.#status.textContent = "nothing found";
    else this.#status.textContent = this.#current < 0 ? `${count} found` : `${this.#current + 1} of ${count}`;
  }
}
