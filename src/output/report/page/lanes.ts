/** The spectrogram of each channel around the moment that is played, with the words on it. */
import type { ReportFacts } from "../report-data.js";
import { byId, prefersLessMotion, sharpContext } from "./elements.js";
import { lastAtOrBefore } from "./last-before.js";
import { PALETTES, type Palette } from "./palette.js";
import { SpectrumStore } from "./spectrum-store.js";
import { colour, isDark } from "./theme.js";
import type { TimedWord, Transcript } from "./transcript.js";

const SHORTEST_VIEW_SECONDS = 2;
const LONGEST_VIEW_SECONDS = 120;
/** At first, in CSS pixels. */
const PIXELS_PER_SECOND = 110;
/** What is played stands so far from the left edge, as part of the width. */
const PLAYHEAD = 1 / 3;
const WORD_ROWS = 2;
const ROW_PIXELS = 17;
const WORD_GAP_PIXELS = 4;
const FONT = "500 12px system-ui, sans-serif";

interface Lane {
  readonly canvas: HTMLCanvasElement;
  readonly channel: number;
  store: SpectrumStore | undefined;
}

/** What is seen, and how. */
interface View {
  readonly startSeconds: number;
  readonly pixelsPerSecond: number;
  readonly palette: Palette;
}

export class Lanes {
  onSeek: (seconds: number) => void = () => {};
  readonly #facts: ReportFacts;
  readonly #transcript: Transcript;
  readonly #lanes: readonly Lane[];
  #viewSeconds: number;
  #seconds = 0;
  /** Left edge of the page that is shown where nothing is to move. */
  #pageSeconds = 0;
  #isDue = false;

  constructor(facts: ReportFacts, transcript: Transcript) {
    this.#facts = facts;
    this.#transcript = transcript;
    this.#lanes = [...document.querySelectorAll<HTMLCanvasElement>(".lane canvas")].map((canvas) => ({
      canvas,
      channel: Number(canvas.dataset.channel),
      store: undefined,
    }));
    this.#viewSeconds = limited((this.#lanes[0]?.canvas.clientWidth || 1000) / PIXELS_PER_SECOND);
    this.#listen(byId("lanes"));
  }

  /** The pictures are there. */
  load(): void {
    for (const lane of this.#lanes) {
      lane.store = new SpectrumStore(lane.channel, this.#facts, () => this.repaint());
    }
    this.repaint();
  }

  show(seconds: number): void {
    this.#seconds = seconds;
    this.repaint();
  }

  zoom(factor: number): void {
    this.#viewSeconds = limited(this.#viewSeconds * factor);
    this.repaint();
  }

  /** With the next picture of the screen. */
  repaint(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      const palette = PALETTES[isDark() ? "dark" : "light"];
      for (const lane of this.#lanes) this.#draw(lane, palette);
    });
  }

  get #startSeconds(): number {
    if (!prefersLessMotion()) return this.#seconds - this.#viewSeconds * PLAYHEAD;
    const end = this.#pageSeconds + this.#viewSeconds;
    if (this.#seconds < this.#pageSeconds || this.#seconds >= end)
      this.#pageSeconds = Math.floor(this.#seconds / this.#viewSeconds) * this.#viewSeconds;
    return this.#pageSeconds;
  }

  #draw({ canvas, channel, store }: Lane, palette: Palette): void {
    const sharp = sharpContext(canvas);
    if (sharp === undefined) return;
    const { context, width, height } = sharp;
    const view: View = {
      startSeconds: this.#startSeconds,
      pixelsPerSecond: width / this.#viewSeconds,
      palette,
    };
    context.fillStyle = colour("--lane");
    context.fillRect(0, 0, width, height);
    const wordsTop = height - WORD_ROWS * ROW_PIXELS - 2;
    if (store !== undefined) this.#drawSpectrum(context, store, view, wordsTop);
    this.#drawWords(context, this.#transcript.words[channel] ?? [], view, { width, wordsTop, channel });
    const playhead = (this.#seconds - view.startSeconds) * view.pixelsPerSecond;
    context.fillStyle = colour("--playhead");
    context.fillRect(Math.round(playhead) - 1, 0, 2, height);
  }

  #drawSpectrum(
    context: CanvasRenderingContext2D,
    store: SpectrumStore,
    { startSeconds, pixelsPerSecond, palette }: View,
    height: number,
  ): void {
    const { stepSeconds, lineColumns } = this.#facts.spectrum;
    const lineSeconds = lineColumns * stepSeconds;
    const first = Math.max(0, Math.floor(startSeconds / lineSeconds));
    const last = Math.floor((startSeconds + this.#viewSeconds) / lineSeconds);
    context.imageSmoothingEnabled = true;
    for (let line = first; line <= last; line++) {
      const picture = store.picture(line, palette);
      if (picture === undefined) continue;
      const x = (line * lineSeconds - startSeconds) * pixelsPerSecond;
      context.drawImage(picture, x, 0, picture.width * stepSeconds * pixelsPerSecond, height);
    }
  }

  #drawWords(
    context: CanvasRenderingContext2D,
    words: readonly TimedWord[],
    { startSeconds, pixelsPerSecond }: View,
    { width, wordsTop, channel }: { width: number; wordsTop: number; channel: number },
  ): void {
    context.font = FONT;
    context.textBaseline = "middle";
    const free = new Array<number>(WORD_ROWS).fill(Number.NEGATIVE_INFINITY);
    const endSeconds = startSeconds + width / pixelsPerSecond;
    // One that began before the left edge may reach into the picture.
    for (let i = Math.max(0, lastAtOrBefore(words, startSeconds) - 2); i < words.length; i++) {
      const word = words[i]!;
      if (word.startSeconds > endSeconds) break;
      const x = (word.startSeconds - startSeconds) * pixelsPerSecond;
      const spoken = Math.max(2, (word.endSeconds - word.startSeconds) * pixelsPerSecond - 1);
      const isNow = word.element.classList.contains("now");
      const length = context.measureText(word.text).width + 2 * WORD_GAP_PIXELS;
      const row = free.findIndex((end) => end <= x);
      context.fillStyle = colour(`--channel-${channel % 2}`);
      context.globalAlpha = isNow ? 0.9 : 0.35;
      context.fillRect(x, wordsTop - 3, spoken, 3);
      context.globalAlpha = 1;
      // What finds no room is left out, but for what is heard now.
      if (row < 0 && !isNow) continue;
      free[Math.max(0, row)] = x + length;
      const y = wordsTop + (Math.max(0, row) + 0.5) * ROW_PIXELS + 1;
      if (isNow) context.fillRect(x, y - 8, length, 16);
      context.fillStyle = colour(isNow ? "--on-channel" : word.isUnsure ? "--quiet" : "--ink");
      context.fillText(word.text, x + WORD_GAP_PIXELS, y);
    }
  }

  /** A click leads there; dragging moves the recording under the needle. */
  #listen(area: HTMLElement): void {
    let from: { readonly x: number; readonly seconds: number } | undefined;
    let hasMoved = false;
    const pixelsPerSecond = () => this.#lanes[0]!.canvas.clientWidth / this.#viewSeconds;
    for (const { canvas } of this.#lanes) {
      canvas.addEventListener("pointerdown", ({ clientX, pointerId }) => {
        canvas.setPointerCapture(pointerId);
        from = { x: clientX, seconds: this.#seconds };
        hasMoved = false;
      });
      canvas.addEventListener("pointermove", ({ clientX }) => {
        if (from === undefined || (!hasMoved && Math.abs(clientX - from.x) < 4)) return;
        hasMoved = true;
        this.onSeek(from.seconds - (clientX - from.x) / pixelsPerSecond());
      });
      canvas.addEventListener("pointerup", ({ clientX }) => {
        const x = clientX - canvas.getBoundingClientRect().left;
        if (from !== undefined && !hasMoved) this.onSeek(this.#startSeconds + x / pixelsPerSecond());
        from = undefined;
      });
      canvas.addEventListener("pointercancel", () => {
        from = undefined;
      });
    }
    area.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        this.zoom(event.deltaY > 0 ? 1.25 : 0.8);
      },
      { passive: false },
    );
  }
}

function limited(seconds: number): number {
  return Math.min(LONGEST_VIEW_SECONDS, Math.max(SHORTEST_VIEW_SECONDS, seconds));
}
