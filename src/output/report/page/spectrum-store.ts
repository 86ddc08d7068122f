/** The columns of one channel's spectrogram, unpacked where they are looked at, as pictures in the colours of the theme. */
import { type ReportFacts, SPECTRUM_CLASS } from "../report-data.js";
import { fromBase64 } from "./elements.js";
import type { Palette } from "./palette.js";

/** Pictures that are kept. */
const MAX_PICTURES = 8;

export class SpectrumStore {
  readonly #bands: number;
  readonly #lines: readonly string[];
  /** By line: bytes, or a promise of them that calls `#onNews`. */
  readonly #columns = new Map<number, Uint8Array | "coming">();
  readonly #pictures = new Map<string, HTMLCanvasElement>();
  readonly #onNews: () => void;

  constructor(channel: number, { spectrum }: ReportFacts, onNews: () => void) {
    const block = document.querySelector(`.${SPECTRUM_CLASS}[data-channel="${channel}"]`);
    this.#bands = spectrum.bands;
    this.#lines = (block?.textContent ?? "").split("\n").filter((line) => line !== "");
    this.#onNews = onNews;
  }

  /** A line as a picture of a pixel for each column and band; undefined where it is not there, or not yet. */
  picture(line: number, palette: Palette): HTMLCanvasElement | undefined {
    const key = `${line} ${palette.name}`;
    const known = this.#pictures.get(key);
    if (known !== undefined) return known;
    const columns = this.#columns.get(line);
    if (columns === undefined) void this.#unpack(line);
    if (columns === undefined || columns === "coming") return undefined;
    const picture = this.#paint(columns, palette);
    for (const old of [...this.#pictures.keys()].slice(0, this.#pictures.size - MAX_PICTURES + 1))
      this.#pictures.delete(old);
    this.#pictures.set(key, picture);
    return picture;
  }

  async #unpack(line: number): Promise<void> {
    const packed = this.#lines[line];
    if (packed === undefined) return;
    this.#columns.set(line, "coming");
    const stream = new Blob([fromBase64(packed)])
      .stream()
      .pipeThrough(new DecompressionStream("deflate-raw"));
    this.#columns.set(line, new Uint8Array(await new Response(stream).arrayBuffer()));
    this.#onNews();
  }

  #paint(columns: Uint8Array, { colours }: Palette): HTMLCanvasElement {
    const canvas = document.createElement("canvas");
    canvas.width = columns.length / this.#bands;
    canvas.height = this.#bands;
    const context = canvas.getContext("2d")!;
    const image = context.createImageData(canvas.width, canvas.height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let column = 0; column < canvas.width; column++) {
      for (let band = 0; band < this.#bands; band++) {
        const row = this.#bands - 1 - band;
        pixels[row * canvas.width + column] = colours[columns[column * this.#bands + band]!]!;
      }
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }
}
