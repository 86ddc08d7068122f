/** The 8-bit token embedding on disk: a token's row is read when the token comes up. Most of the vocabulary never does. */
import { closeSync, openSync } from "node:fs";
import { readFully } from "./model-file.js";
import type { Safetensors } from "./safetensors.js";
import { EMBEDDING, EMBEDDING_REST, FREQUENT_TOKENS } from "./vocabulary.js";
import type { WhisperConfig } from "./whisper-config.js";

/** Rows that are kept: what is said within minutes, and what was nearly chosen instead. 1 MB for base. */
const KEPT_ROWS = 512;
const NO_TOKEN = -1;

/** A table of rows [rows, width] in its file, and the scale of each. */
interface StoredRows {
  readonly file: string;
  readonly fd: number;
  readonly byteOffset: number;
  readonly scales: Float32Array;
}

export class EmbeddingTable {
  readonly #width: number;
  readonly #endToken: number;
  readonly #table: StoredRows;
  /** What 8 bits left of frequent tokens, and behind them of the special ones (vocabulary.ts). */
  readonly #rest: StoredRows | undefined;
  /** [KEPT_ROWS, width] */
  readonly #kept: Float32Array;
  readonly #placeOf = new Map<number, number>();
  readonly #tokenAt = new Int32Array(KEPT_ROWS).fill(NO_TOKEN);
  /** Rows asked for since the hand came by stay for another round. */
  readonly #wasUsed = new Uint8Array(KEPT_ROWS);
  #hand = 0;
  /** A row as it is read. */
  readonly #row: Int8Array;
  readonly #bytes: Uint8Array;

  private constructor({ dModel, endToken }: WhisperConfig, table: StoredRows, rest: StoredRows | undefined) {
    this.#width = dModel;
    this.#endToken = endToken;
    this.#table = table;
    this.#rest = rest;
    this.#kept = new Float32Array(KEPT_ROWS * dModel);
    this.#row = new Int8Array(dModel);
    this.#bytes = new Uint8Array(this.#row.buffer);
  }

  /** undefined where the embedding is no 8-bit one: the graph has it then. MODEL_BROKEN. */
  static open(weights: Safetensors, config: WhisperConfig): EmbeddingTable | undefined {
    if (weights.entry(`${EMBEDDING}.weight`).dtype !== "I8") return undefined;
    const table = openRows(weights, EMBEDDING);
    const rest = weights.has(`${EMBEDDING_REST}.weight`) ? openRows(weights, EMBEDDING_REST) : undefined;
    return new EmbeddingTable(config, table, rest);
  }

  /** Embeddings [tokens, width]. MODEL_BROKEN where the file cannot be read any more. */
  rowsOf(tokens: readonly number[]): Float32Array {
    const rows = new Float32Array(tokens.length * this.#width);
    for (const [i, token] of tokens.entries()) {
      const start = this.#find(token);
      rows.set(this.#kept.subarray(start, start + this.#width), i * this.#width);
    }
    return rows;
  }

  /** The logit of a token: its row times the numbers [width] of `x` from `start` on. MODEL_BROKEN as above. */
  logit(token: number, x: Float32Array, start: number): number {
    const kept = this.#kept;
    const row = this.#find(token);
    // Four sums: additions do not wait for each other.
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < this.#width; i += 4) {
      a += kept[row + i]! * x[start + i]!;
      b += kept[row + i + 1]! * x[start + i + 1]!;
      c += kept[row + i + 2]! * x[start + i + 2]!;
      d += kept[row + i + 3]! * x[start + i + 3]!;
    }
    return a + b + (c + d);
  }

  close(): void {
    for (const rows of [this.#table, this.#rest]) if (rows !== undefined) closeSync(rows.fd);
  }

  /** Where in `#kept` the token's row starts. */
  #find(token: number): number {
    let place = this.#placeOf.get(token);
    if (place === undefined) {
      place = this.#freePlace();
      this.#read(token, place * this.#width);
      this.#tokenAt[place] = token;
      this.#placeOf.set(token, place);
    }
    this.#wasUsed[place] = 1;
    return place * this.#width;
  }

  #freePlace(): number {
    while (this.#wasUsed[this.#hand] === 1) {
      this.#wasUsed[this.#hand] = 0;
      this.#hand = (this.#hand + 1) % KEPT_ROWS;
    }
    const place = this.#hand;
    this.#hand = (this.#hand + 1) % KEPT_ROWS;
    this.#placeOf.delete(this.#tokenAt[place]!);
    this.#tokenAt[place] = NO_TOKEN;
    return place;
  }

  #read(token: number, start: number): void {
    const tokens = this.#table.scales.length;
    if (!(token >= 0 && token < tokens)) throw new RangeError(`token ${token} of a vocabulary of ${tokens}`);
    this.#kept.fill(0, start, start + this.#width);
    this.#add(this.#table, token, start);
    const place = this.#placeInRest(token);
    if (this.#rest !== undefined && place !== undefined) this.#add(this.#rest, place, start);
  }

  #add({ fd, file, byteOffset, scales }: StoredRows, row: number, start: number): void {
    readFully(fd, file, this.#bytes, byteOffset + row * this.#width);
    const scale = scales[row]!;
    for (let i = 0; i < this.#row.length; i++) this.#kept[start + i]! += this.#row[i]! * scale;
  }

  #placeInRest(token: number): number | undefined {
    if (token < FREQUENT_TOKENS) return token;
    return token < this.#endToken ? undefined : token - (this.#endToken - FREQUENT_TOKENS);
  }
}

function openRows(weights: Safetensors, name: string): StoredRows {
  const { file, byteOffset } = weights.entry(`${name}.weight`);
  const scales = weights.readFloats(`${name}.scale`);
  return { file, fd: openSync(file, "r"), byteOffset, scales };
}
