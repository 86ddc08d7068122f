import { roundHalfToEven } from "./python-round.js";
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

interface Candidate {
  readonly parent: Hypothesis;
  readonly token: number;
  readonly sumLogprob: number;
}

/**
 * Beam search as openai/whisper decoding.py:301-404: top (beams + 1) of every beam, done when round(beams × patience)
 * sequences have ended. A child stays in its parent's row where it can; only rows whose sequence died are copied over.
 */
export class BeamSearch implements TokenDecoder {
  readonly rows: number;
  readonly topK: number;
  readonly #maxCandidates: number;
  readonly #endToken: number;
  #beams: Hypothesis[] = [{ tokens: [], sumLogprob: 0, sums: [], row: 0 }];
  readonly #finished: Finished[] = [];
  readonly #cut: Finished[] = [];

  constructor(beamSize: number, patience: number, endToken: number) {
    this.rows = beamSize;
    this.topK = beamSize + 1;
    this.#maxCandidates = roundHalfToEven(beamSize * patience);
    this.#endToken = endToken;
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
      }));
    });
    // Stable: equal scores stay in the order of their beams, as in the reference.
    candidates.sort((a, b) => b.sumLogprob - a.sumLogprob || 0);
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
    const rising = [...this.#beams].sort((a, b) => a.sumLogprob - b.sumLogprob || 0);
    for (const beam of rising.reverse()) {
      if (results.length >= this.rows) break;
      results.push(beam);
    }
    return results.length > 0 ? results : this.#cut;
  }

  #finish({ parent, sumLogprob }: Candidate): void {
    if (this.#finished.length < this.#maxCandidates)
      this.#finished.push({ tokens: parent.tokens, sumLogprob, sums: parent.sums });
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
    this.#beams = kept.map(({ parent, token, sumLogprob }, i) => {
      const row = rows[i] ?? free.shift()!;
      if (row !== parent.row) copies.push({ from: parent.row, to: row });
      return { tokens: [...parent.tokens, token], sumLogprob, sums: [...parent.sums, sumLogprob], row };
    });
    return copies;
  }
}
