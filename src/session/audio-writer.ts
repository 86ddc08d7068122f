/** One channel of a session on its way to the disk, in parts (audio/recorded/part-file.ts). */
import { join } from "node:path";
import { BYTES_PER_SAMPLE, partHeader, partName } from "../audio/recorded/part-file.js";
import { SAMPLE_RATE_HZ } from "../units.js";
import { AppendFile } from "./append-file.js";

/** 10 MB. */
const PART_SAMPLES = 300 * SAMPLE_RATE_HZ;
/** What waits for a disk that takes nothing; what comes then is lost, and the next part begins behind it. */
const MAX_WAITING_BYTES = 60 * SAMPLE_RATE_HZ * BYTES_PER_SAMPLE;

interface Part {
  readonly file: AppendFile;
  readonly startSample: number;
  endSample: number;
}

export class AudioWriter {
  readonly #folder: string;
  readonly #channel: string;
  /** Of the next sample. */
  #sample = 0;
  #part: Part | undefined;
  /** Parts that are complete but for what waits. */
  readonly #ending: Part[] = [];
  /** Files of complete parts that a loss of power could still hurt. */
  readonly #ended: AppendFile[] = [];

  constructor(folder: string, channel: string) {
    this.#folder = folder;
    this.#channel = channel;
  }

  get waitingBytes(): number {
    const parts = this.#part === undefined ? this.#ending : [...this.#ending, this.#part];
    return parts.reduce((sum, { file }) => sum + file.waitingBytes, 0);
  }

  /** `samples` are given away. */
  push(samples: Int16Array): void {
    if (this.waitingBytes > MAX_WAITING_BYTES) this.#endPart();
    else {
      this.#part ??= this.#newPart();
      this.#part.file.push(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
      this.#part.endSample += samples.length;
      if (this.#part.endSample - this.#part.startSample >= PART_SAMPLES) this.#endPart();
    }
    this.#sample += samples.length;
  }

  async flush(): Promise<void> {
    for (let part = this.#ending[0]; part !== undefined; part = this.#ending[0]) {
      await part.file.end(partHeader(part.endSample - part.startSample));
      this.#ending.shift();
      this.#ended.push(part.file);
    }
    await this.#part?.file.flush();
  }

  async sync(): Promise<void> {
    for (let file = this.#ended[0]; file !== undefined; file = this.#ended[0]) {
      await file.sync();
      await file.close();
      this.#ended.shift();
    }
    await this.#part?.file.sync();
  }

  /** The channel has ended. */
  async end(): Promise<void> {
    this.#endPart();
    await this.flush();
  }

  async close(): Promise<void> {
    for (const file of [...this.#ended, ...this.#ending.map(({ file }) => file)]) await file.close();
    await this.#part?.file.close();
  }

  #newPart(): Part {
    const file = new AppendFile(join(this.#folder, partName(this.#channel, this.#sample)));
    file.push(partHeader(undefined));
    return { file, startSample: this.#sample, endSample: this.#sample };
  }

  #endPart(): void {
    if (this.#part !== undefined) this.#ending.push(this.#part);
    this.#part = undefined;
  }
}
