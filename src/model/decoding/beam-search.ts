import { roundHalfToEven } from "./python-round.js";
import { follow, type ShownPlace, type ShownText, START_OF_SHOWN } from "./shown-text.js";
import {
  addLogprob,
  type Finished,
  finishedByCut,
  type Hypothesis,
  type LoopCut,
  type RowChoice,
  type RowCopy,
  type TokenDecoder,
} from "./token-decoder.js";

/** A hypothesis and its place in the text that was shown. */
interface Beam extends Hypothesis {
  readonly place: ShownPlace;
}

interface Candidate {
  readonly parent: Beam;
  readonly token: number;
  readonly sumLogprob: number;
  readonly place: ShownPlace;
}

const NOTHING_SHOWN: ShownText = { tokens: [], departureCost: 0 };

/**
 * Beam search as openai/whisper decoding.py:301-404: top (beams + 1) of every beam, done when round(beams × patience)
 * sequences have ended. A child stays in its parent's row where it can; only rows whose sequence died are copied over. What departs
 * from text that was shown already competes with a lower sum.
 */
export class BeamSearch implements TokenDecoder {
  readonly rows: number;
  readonly topK: number;
  readonly #maxCandidates: number;
  readonly #endToken: number;
  readonly #shown: ShownText;
  #beams: Beam[] = [{ tokens: [], sumLogprob: 0, sums: [], row: 0, place: START_OF_SHOWN }];
  readonly #finished: Finished[] = [];
  readonly #cut: Finished[] = [];

  constructor(beamSize: number, patience: number, endToken: number, shown: ShownText = NOTHING_SHOWN) {
    this.rows = beamSize;
    this.topK = beamSize + 1;
    this.#maxCandidates = roundHalfToEven(beamSize * patience);
    this.#endToken = endToken;
    this.#shown = shown;
  }

  get active(): readonly Hypothesis[] {
    return this.#beams;
  }

  get isDone(): boolean {
    return this.#finished.length >= this.#maxCandidates || this.#beams.length === 0;
  }

  advance(choices: readonly RowChoice[]): readonly RowCopy[] {
    const candidates = this.#beams.flatMap((parent) => {
      const { tokens, logprobs } = choices[parent.row]!;
      return tokens.map((token, i) => ({
        parent,
        token,
        sumLogprob: addLogprob(parent.sumLogprob, logprobs[i]!),
        place: follow(this.#shown, parent.place, token, this.#endToken),
      }));
    });
    // Stable: equal scores stay in the order of their beams, as in the reference.
    candidates.sort((a, b) => scoreOf(b) - scoreOf(a) || 0);
    const kept: Candidate[] = [];
    for (const candidate of candidates) {
      if (candidate.token === this.#endToken) this.#finish(candidate);
      else kept.push(candidate);
      if (kept.length === this.rows) break;
    }
    return this.#settle(kept);
  }

  /** The other beams take its place at the next step. */
  cut(row: number, cut: LoopCut): void {
    const beam = this.#beams.find((other) => other.row === row)!;
    this.#beams = this.#beams.filter((other) => other !== beam);
    this.#cut.push(finishedByCut(beam, cut));
  }

  results(): Finished[] {
    const results = [...this.#finished];
    // The reference reverses a rising sort: of equal sums the last comes first.
    const rising = [...this.#beams].sort((a, b) => scoreOf(a) - scoreOf(b) || 0);
    for (const { tokens, sumLogprob, sums, place } of rising.reverse()) {
      if (results.length >= this.rows) break;
      results.push({ tokens, sumLogprob, sums, handicap: place.cost });
    }
    return results.length > 0 ? results : this.#cut;
  }

  #finish({ parent, sumLogprob, place }: Candidate): void {
    const { tokens, sums } = parent;
    if (this.#finished.length < this.#maxCandidates)
      this.#finished.push({ tokens, sumLogprob, sums, handicap: place.cost });
  }

  /** Gives every kept candidate a row. */
  #settle(kept: readonly Candidate[]): RowCopy[] {
    const taken = new Set<number>();
    const rows = kept.map(({ parent }) => {
      if (taken.has(parent.row)) return undefined;
      taken.add(parent.row);
      return parent.row;
    });
    const free = Array.from({ length: this.rows }, (_, row) => row).filter((row) => !taken.has(row));
    const copies: RowCopy[] = [];
    this.#beams = kept.map(({ parent, token, sumLogprob, place }, i) => {
      const row = rows[i] ?? free.shift()!;
      if (row !== parent.row) copies.push({ from: parent.row, to: row });
      return {
        tokens: [...parent.tokens, token],
        sumLogprob,
        sums: [...parent.sums, sumLogprob],
        row,
        place,
      };
    });
    return copies;
  }
}

function scoreOf({ sumLogprob, place }: Pick<Candidate, "sumLogprob" | "place">): number {
  return sumLogprob - place.cost;
}
