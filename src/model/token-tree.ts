/** Which places of a window's pool hold the tokens of its rows: hypotheses share what they have in common. */

/** Row r is a branch: the places of its tokens, first to last. A place is free again when no branch holds it. */
export class TokenTree {
  #branches: number[][] = [];
  /** Of each place that was ever used, the branches that hold it. */
  #holders: number[] = [];
  /** Places to use again, the last first. */
  #free: number[] = [];

  /** Tokens of a branch. */
  lengthOf(row: number): number {
    return this.#branches[row]?.length ?? 0;
  }

  placesOf(row: number): readonly number[] {
    return this.#branches[row] ?? [];
  }

  /** Places in use or to be used again lie below this. */
  get size(): number {
    return this.#holders.length;
  }

  clear(): void {
    this.#branches = [];
    this.#holders = [];
    this.#free = [];
  }

  /** How many places there are when `count` more tokens have come. */
  sizeWith(count: number): number {
    return this.size + Math.max(0, count - this.#free.length);
  }

  /** A place for the next token of a branch. */
  grow(row: number): number {
    const place = this.#free.pop() ?? this.#holders.length;
    this.#holders[place] = 1;
    this.#branches[row] ??= [];
    this.#branches[row].push(place);
    return place;
  }

  /** Takes the last tokens of a branch away, so that `length` are left; their places are used again in the same order. */
  truncate(row: number, length: number): void {
    for (const place of (this.#branches[row] ?? []).splice(length).reverse()) this.#release(place);
  }

  /** Makes a branch a copy of another. */
  copy(from: number, to: number): void {
    const source = this.placesOf(from);
    for (const place of source) this.#holders[place]!++;
    for (const place of this.placesOf(to)) this.#release(place);
    this.#branches[to] = [...source];
  }

  #release(place: number): void {
    if (--this.#holders[place]! === 0) this.#free.push(place);
  }
}
