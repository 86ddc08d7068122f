/**
 * Keeps a session while it goes on: audio, events and steps, in a folder that can be read wherever the program was ended. What comes is
 * noted in memory at once and written several times a second by the system's own threads; the work that it comes from never waits.
 */
import { join } from "node:path";
import { AUDIO_FOLDER } from "../audio/recorded/recorded-source.js";
import { MubblesError } from "../errors.js";
import type { ChannelName, LiveEvent } from "../live-events.js";
import { liveJsonLine } from "../output/live-json.js";
import type { ListenOptions } from "../pipeline/live/listen-options.js";
import type { SessionRecorder, Step } from "../pipeline/live/session-recorder.js";
import { outputError } from "../writing.js";
import { AppendFile } from "./append-file.js";
import { AudioWriter } from "./audio-writer.js";
import { makeSessionFolders } from "./session-folders.js";
import { describeSession, type SessionMeta, withHashes, writeMeta } from "./session-meta.js";
import { EVENTS_FILE, STEPS_FILE } from "./session-reader.js";
import { StepLines } from "./step-lines.js";

/** What is newer than this is lost if the program is killed, but for text that was shown. */
const WRITE_MS = 250;
/** And this, if the power goes. */
const SYNC_MS = 1000;
/** A disk that took nothing is tried again. */
const RETRY_MS = 2000;
/** Text is shown after so long even if it is not on the disk. */
const MAX_HOLD_MS = 500;
/** Audio faster than real time is written when there is half a second of it on a channel. */
const MAX_WAITING_AUDIO_BYTES = 16_000;
/** Ten seconds of a channel. */
const LITTLE_ROOM_BYTES = 320_000;
/** Of events, for a disk that takes nothing: more than comes in the minute that audio waits. Beyond it levels and hypotheses are left out. */
const MAX_WAITING_EVENT_BYTES = 4_000_000;
/** Nobody is shown what could not be shown again. */
const SECURED: ReadonlySet<LiveEvent["type"]> = new Set(["session", "confirmed", "final"]);
/** Nearly all of a session's events, and each soon outdated. */
const EXPENDABLE: ReadonlySet<LiveEvent["type"]> = new Set(["level", "partial"]);

export class SessionWriter implements SessionRecorder {
  readonly folder: string;
  onProblem: (error: MubblesError) => void = () => {};
  readonly #options: ListenOptions;
  readonly #events: AppendFile;
  readonly #steps: AppendFile;
  readonly #stepLines = new StepLines();
  readonly #audio = new Map<ChannelName, AudioWriter>();
  #state: "waiting" | "open" | "failing" | "gone" = "waiting";
  #isClosing = false;
  /** Whether there is a session that can be found again. */
  #isBegun = false;
  /** What meta.json is to say, while a loss of power could hurt it. */
  #unsyncedMeta: Promise<SessionMeta> | undefined;
  /** Whether it can be opened again, and then whether its description is complete. */
  #opened: Promise<unknown> = Promise.resolve();
  #described: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #syncedMs = 0;
  #syncWorks = true;

  /** The folder comes into being with the session event: nothing is left of what never began. */
  constructor(folder: string, options: ListenOptions) {
    this.folder = folder;
    this.#options = options;
    this.#events = new AppendFile(join(folder, EVENTS_FILE));
    this.#steps = new AppendFile(join(folder, STEPS_FILE));
  }

  /** Whether what has been said is on the disk. */
  get isKeeping(): boolean {
    return this.#state === "open";
  }

  audio(channel: ChannelName, frame: Int16Array): void {
    if (this.#state === "gone") return;
    const writer = this.#audio.get(channel) ?? new AudioWriter(join(this.folder, AUDIO_FOLDER), channel);
    this.#audio.set(channel, writer);
    writer.push(frame);
    if (this.#state !== "open" || this.#flushing !== undefined) return;
    if (writer.waitingBytes >= MAX_WAITING_AUDIO_BYTES) void this.#flushAll();
  }

  step(step: Step): void {
    if (this.#state !== "gone") this.#pushSteps(this.#stepLines.add(step));
  }

  event(event: LiveEvent): void {
    if (this.#state === "gone") return;
    if (EXPENDABLE.has(event.type) && this.#events.waitingBytes > MAX_WAITING_EVENT_BYTES) return;
    this.#events.push(Buffer.from(liveJsonLine(event)));
    if (event.type !== "session") return;
    this.#state = "open";
    const described = describeSession(this.#options, event.startedAt);
    this.#unsyncedMeta = described;
    this.#opened = this.#attempt(() => this.#open(described));
    this.#described = this.#opened.then(() => this.#attempt(() => this.#addHashes(described)));
    this.#schedule(WRITE_MS);
  }

  async secured({ type }: LiveEvent): Promise<void> {
    if (this.#state !== "open" || !SECURED.has(type)) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, MAX_HOLD_MS);
    });
    // A disk that takes nothing is told of by the next regular write.
    await Promise.race([this.#opened.then(() => this.#events.flush()).catch(() => {}), late]);
    clearTimeout(timer);
  }

  async room(): Promise<void> {
    const waitingBytes = [...this.#audio.values()].map((writer) => writer.waitingBytes);
    if (this.#state === "open" && Math.max(0, ...waitingBytes) > LITTLE_ROOM_BYTES) await this.#flushAll();
  }

  /** Writes what is left. Whether anything was kept, and what went wrong when nobody listened to events any more. */
  async close(): Promise<{ readonly isKept: boolean; readonly problems: readonly MubblesError[] }> {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    const problems: MubblesError[] = [];
    this.onProblem = (problem) => problems.push(problem);
    if (this.#state === "open" || this.#state === "failing") await this.#endAll();
    this.#state = "gone";
    for (const part of this.#parts) await part.close();
    return { isKept: this.#isBegun, problems };
  }

  async #endAll(): Promise<void> {
    await this.#flushAll();
    await Promise.all([this.#described, this.#syncing]);
    for (const writer of this.#audio.values()) await this.#attempt(() => writer.end());
    await this.#flushAll();
    await this.#attempt(() => this.#syncAll());
  }

  async #open(described: Promise<SessionMeta>): Promise<void> {
    await this.#begin(described);
    await this.#events.flush();
  }

  /** One at a time: only `#open` and, after it, `#flush` call it. */
  async #begin(described: Promise<SessionMeta> | undefined): Promise<void> {
    if (this.#isBegun || described === undefined) return;
    await makeSessionFolders(this.folder);
    await writeMeta(this.folder, await described, { flush: false });
    this.#isBegun = true;
  }

  async #addHashes(described: Promise<SessionMeta>): Promise<void> {
    this.#unsyncedMeta = Promise.resolve(await withHashes(await described));
  }

  #pushSteps(lines: string): void {
    if (lines !== "") this.#steps.push(Buffer.from(lines));
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(async () => {
      await this.#flushAll();
      // `close` writes what is left, alone.
      if (this.#isClosing) return;
      // Waking a disk may take a second: writing goes on meanwhile.
      this.#syncing ??= this.#sync().finally(() => {
        this.#syncing = undefined;
      });
      if (this.#state === "gone") return;
      this.#schedule(this.#state === "failing" ? RETRY_MS : WRITE_MS);
    }, delayMs).unref();
  }

  /** One at a time: who asks during a flush waits for the next one. */
  async #flushAll(): Promise<void> {
    const before = this.#flushing;
    const own = (async () => {
      await before;
      await this.#flush();
    })();
    this.#flushing = own;
    await own;
    if (this.#flushing === own) this.#flushing = undefined;
  }

  async #flush(): Promise<void> {
    if (this.#state === "gone") return;
    this.#pushSteps(this.#stepLines.end());
    await this.#opened;
    let works = await this.#attempt(() => this.#begin(this.#unsyncedMeta));
    // Each by itself: where audio finds no room, text may.
    for (const part of this.#parts) works = (await this.#attempt(() => part.flush())) && works;
    if (works && this.#syncWorks && this.#state === "failing") this.#state = "open";
  }

  async #sync(): Promise<void> {
    if (this.#state === "gone" || performance.now() - this.#syncedMs < SYNC_MS) return;
    this.#syncedMs = performance.now();
    this.#syncWorks = await this.#attempt(async () => {
      if (await this.#events.isGone()) this.#giveUp();
      await this.#syncAll();
    });
  }

  async #syncAll(): Promise<void> {
    const meta = this.#unsyncedMeta;
    if (this.#isBegun && meta !== undefined) {
      await writeMeta(this.folder, await meta, { flush: true });
      if (this.#unsyncedMeta === meta) this.#unsyncedMeta = undefined;
    }
    for (const part of this.#parts) await part.sync();
  }

  /** Text last: what it was made of is there before it. */
  get #parts(): (AppendFile | AudioWriter)[] {
    return [...this.#audio.values(), this.#steps, this.#events];
  }

  /** Whether it worked. The first failure of a row is told; the session goes on. */
  async #attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (thrown) {
      if (await this.#events.isGone().catch(() => false)) this.#giveUp();
      if (this.#state === "open") {
        this.#state = "failing";
        this.onProblem(problemOf(this.folder, thrown));
      }
      return false;
    }
  }

  #giveUp(): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    const detail = "the folder was removed; nothing more of the session is saved";
    this.onProblem(new MubblesError("OUTPUT_FAILED", { where: this.folder, detail }));
  }
}

/** Whatever is the matter with the folder, what it means is the same: text and audio are missing from the recording. */
function problemOf(folder: string, thrown: unknown): MubblesError {
  const error = thrown instanceof MubblesError ? thrown : outputError(folder, thrown);
  if (error.code === "OUTPUT_DISK_FULL") return error;
  return new MubblesError("OUTPUT_FAILED", { where: folder, detail: error.detail, cause: thrown });
}
