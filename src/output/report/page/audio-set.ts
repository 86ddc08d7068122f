/** The channels' recordings, played as one. Without audio in the page its time can still be moved. */
import { AUDIO_CLASS } from "../report-data.js";
import { fromBase64 } from "./elements.js";

/** Further apart than this the channels sound like an echo of each other. */
const MAX_APART_SECONDS = 0.03;
const SYNC_INTERVAL_MS = 500;

export class AudioSet {
  onChange: () => void = () => {};
  readonly #channels: number;
  readonly #durationSeconds: number;
  #elements: readonly HTMLAudioElement[] = [];
  readonly #isHeard: boolean[];
  #rate = 1;
  /** Where no audio says what time it is. */
  #seconds = 0;
  /** Asked for before the audio was there. */
  #wantsToPlay = false;

  constructor(channels: number, durationSeconds: number) {
    this.#channels = channels;
    this.#durationSeconds = durationSeconds;
    this.#isHeard = Array.from({ length: channels }, () => true);
    setInterval(() => this.#keepTogether(), SYNC_INTERVAL_MS);
  }

  /** Takes the audio out of the page. */
  async load(): Promise<void> {
    const blocks = [...document.querySelectorAll<HTMLElement>(`.${AUDIO_CLASS}`)];
    const elements: HTMLAudioElement[] = [];
    for (const block of blocks.slice(0, this.#channels)) {
      const bytes = fromBase64(block.textContent ?? "");
      block.remove();
      const element = new Audio(URL.createObjectURL(new Blob([bytes], { type: block.dataset.type! })));
      element.preload = "auto";
      element.playbackRate = this.#rate;
      elements.push(element);
      await new Promise((resolve) => {
        for (const event of ["loadedmetadata", "error"])
          element.addEventListener(event, resolve, { once: true });
      });
    }
    this.#elements = elements.filter(({ error }) => error === null);
    for (const event of ["play", "pause", "ended"])
      this.#leader?.addEventListener(event, () => this.onChange());
    this.#leader?.addEventListener("ended", () => this.pause());
    this.#hear();
    this.seek(this.#seconds);
    if (this.#wantsToPlay) this.play();
  }

  get isPlaying(): boolean {
    return this.#leader !== undefined && !this.#leader.paused && !this.#leader.ended;
  }

  get seconds(): number {
    return this.#leader?.currentTime ?? this.#seconds;
  }

  seek(seconds: number): void {
    this.#seconds = Math.max(0, Math.min(seconds, this.#durationSeconds));
    for (const element of this.#elements) element.currentTime = this.#seconds;
  }

  play(): void {
    this.#wantsToPlay = true;
    if (this.seconds >= this.#durationSeconds - 0.1) this.seek(0);
    // Refused where nobody has touched the page yet.
    for (const element of this.#elements) element.play().catch(() => {});
  }

  pause(): void {
    this.#wantsToPlay = false;
    for (const element of this.#elements) element.pause();
    this.#keepTogether();
  }

  toggle(): void {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  setRate(rate: number): void {
    this.#rate = rate;
    for (const element of this.#elements) element.playbackRate = rate;
  }

  setHeard(channel: number, isHeard: boolean): void {
    this.#isHeard[channel] = isHeard;
    this.#hear();
  }

  /** The one that is longest says what time it is. */
  get #leader(): HTMLAudioElement | undefined {
    return this.#elements.reduce<HTMLAudioElement | undefined>(
      (longest, each) => (longest === undefined || each.duration > longest.duration ? each : longest),
      undefined,
    );
  }

  #hear(): void {
    for (const [i, element] of this.#elements.entries()) element.muted = this.#isHeard[i] === false;
  }

  #keepTogether(): void {
    const leader = this.#leader;
    for (const element of this.#elements) {
      if (leader === undefined || element === leader || element.ended) continue;
      const apart = Math.abs(element.currentTime - leader.currentTime);
      if (apart > MAX_APART_SECONDS * this.#rate) element.currentTime = leader.currentTime;
    }
  }
}
