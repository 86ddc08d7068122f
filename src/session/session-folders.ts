/** Where sessions are, and which one somebody means. */
import { readFileSync } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { AUDIO_FOLDER } from "../audio/recorded/recorded-source.js";
import { MubblesError } from "../errors.js";
import { makeFolder, outputError, systemCode } from "../writing.js";
import { META_FILE, SESSION_FORMAT } from "./session-meta.js";

/** Nobody else's business. */
const FOLDER_MODE = 0o700;
/** Stands for the newest session. */
export const LAST = "last";

export interface StoredSession {
  /** Of its folder: when it began, if nobody has given it another. */
  readonly name: string;
  readonly folder: string;
  readonly bytes: number;
  /** When something was written to it last. */
  readonly changedMs: number;
}

/** sessions in MUBBLES_HOME, or in mubbles below the user's data folder (XDG_DATA_HOME, ~/.local/share). */
export function sessionsFolder(): string {
  const home = process.env.MUBBLES_HOME;
  if (home !== undefined && home !== "") return join(home, "sessions");
  const data = process.env.XDG_DATA_HOME;
  const shared = data !== undefined && data !== "" ? data : join(homedir(), ".local", "share");
  return join(shared, "mubbles", "sessions");
}

/**
 * A new folder named after the moment in local time: 2026-11-25_14-03-20. It is made at once, so that nobody else takes the name; where
 * that cannot be done, who writes to it will tell.
 */
export async function newSessionFolder(now: Date): Promise<string> {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join("-");
  const folder = join(sessionsFolder(), `${date}_${time}`);
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? folder : `${folder}_${i}`;
    try {
      await makeFolder(sessionsFolder(), FOLDER_MODE);
      await mkdir(candidate, { mode: FOLDER_MODE });
      return candidate;
    } catch (thrown) {
      if (systemCode(thrown) !== "EEXIST") return candidate;
    }
  }
}

/** What is missing of a session's folders. Throws what the system throws, or what makeFolder does. */
export async function makeSessionFolders(session: string): Promise<void> {
  await makeFolder(dirname(session), FOLDER_MODE);
  for (const folder of [session, join(session, AUDIO_FOLDER)]) {
    await mkdir(folder, { mode: FOLDER_MODE }).catch((thrown) => {
      if (systemCode(thrown) !== "EEXIST") throw thrown;
    });
  }
}

/** By name, which is by age. */
export async function listSessions(root = sessionsFolder()): Promise<StoredSession[]> {
  const names = await readdir(root).catch(() => []);
  const found = names.filter((name) => isSession(join(root, name))).sort();
  return await Promise.all(found.map((name) => describe(join(root, name))));
}

/** The folder of a session by its path, its name, the beginning of its name, or `last`. Throws INPUT_NOT_FOUND, USAGE. */
export async function findSession(name: string): Promise<string> {
  // All names begin with nothing: a script's empty variable would remove the only session there is.
  if (name === "") throw new MubblesError("USAGE", { where: "SESSION", detail: "the name is empty" });
  if (isSession(name)) return name;
  const sessions = await listSessions();
  if (name === LAST && sessions.length > 0) return sessions.at(-1)!.folder;
  const exact = sessions.find((session) => session.name === name);
  const matching = exact ? [exact] : sessions.filter((session) => session.name.startsWith(name));
  if (matching.length === 1) return matching[0]!.folder;
  if (matching.length > 1) {
    const detail = `${matching.length} sessions begin so: ${matching.map(({ name }) => name).join(", ")}`;
    throw new MubblesError("USAGE", { where: name, detail });
  }
  const detail = `no session; \`mubbles sessions list\` shows those in ${sessionsFolder()}`;
  throw new MubblesError("INPUT_NOT_FOUND", { where: name, detail });
}

/** Other programs have files called meta.json too, and what is taken for a session may be removed. */
export function isSession(folder: string): boolean {
  try {
    return JSON.parse(readFileSync(join(folder, META_FILE), "utf8")).format === SESSION_FORMAT;
  } catch {
    return false;
  }
}

/** The folder with all that is in it. Throws OUTPUT_FAILED. */
export async function removeSession(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (thrown) {
    throw outputError(folder, thrown);
  }
}

/** What others rename or remove meanwhile counts nothing. */
async function describe(folder: string): Promise<StoredSession> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  const stats = await Promise.all(entries.map((entry) => stat(join(folder, entry)).catch(() => undefined)));
  const files = stats.filter((entry) => entry !== undefined).filter((entry) => entry.isFile());
  return {
    name: basename(folder),
    folder,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    changedMs: Math.max(0, ...files.map(({ mtimeMs }) => mtimeMs)),
  };
}
