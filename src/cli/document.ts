/** One output document: a writer's text on its way into a sink. */
import type { TranscriptWriter } from "../output/writer.js";
import type { Segment } from "../transcript.js";
import type { TextSink } from "./sinks.js";

export class Document {
  readonly name: string;
  readonly #writer: TranscriptWriter;
  readonly #sink: TextSink;
  #begun = false;
  #lastEndSeconds = 0;
  #segments = 0;

  constructor(writer: TranscriptWriter, sink: TextSink) {
    this.#writer = writer;
    this.#sink = sink;
    this.name = sink.name;
  }

  /** Segments written so far. */
  get segments(): number {
    return this.#segments;
  }

  /** Where the last written segment ends. */
  get endSeconds(): number {
    return this.#lastEndSeconds;
  }

  /** False: the reader has gone. */
  async segment(segment: Segment): Promise<boolean> {
    const opening = this.#begun ? "" : this.#writer.begin();
    this.#begun = true;
    const taken = await this.#sink.write(opening + this.#writer.segment(segment));
    this.#segments++;
    this.#lastEndSeconds = segment.endSeconds;
    return taken;
  }

  /** Ends the document so that it is valid, however far it came. False: the reader has gone. */
  async end(language: string | undefined): Promise<boolean> {
    const opening = this.#begun ? "" : this.#writer.begin();
    this.#begun = true;
    const taken = await this.#sink.write(opening + this.#writer.end({ language }));
    await this.#sink.close();
    return taken;
  }

  /** Ends the document if it holds a segment; otherwise leaves no trace of it. */
  async endIfBegun(language: string | undefined): Promise<boolean> {
    return this.#begun ? await this.end(language) : true;
  }

  /** Gives the file back without another word: for a sink that has failed. */
  async release(): Promise<void> {
    await this.#sink.close().catch(() => {});
  }
}
