/** A line put together cell by cell: neighbours of one style share its escape sequences, which are most of a frame's bytes. */
type Style = (text: string) => string;

export class StyledLine {
  #done = "";
  #style: Style | undefined;
  #run = "";

  add(style: Style, text: string): void {
    if (style !== this.#style) this.#close();
    this.#style = style;
    this.#run += text;
  }

  toString(): string {
    this.#close();
    return this.#done;
  }

  #close(): void {
    if (this.#style !== undefined) this.#done += this.#style(this.#run);
    this.#style = undefined;
    this.#run = "";
  }
}
