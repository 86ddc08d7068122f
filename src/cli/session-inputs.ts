/** Recorded sessions as inputs of `mubbles file`: by name, and each channel a speaker. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { recordedChannels } from "../audio/recorded/recorded-channel.js";
import { AUDIO_FOLDER, CHANNEL_ORDER } from "../audio/recorded/recorded-source.js";
import { findSession, isSession, LAST, listSessions } from "../session/session-folders.js";

/** Folders in place of names of sessions; a file of that name goes before. */
export async function withSessionFolders(inputs: readonly string[]): Promise<string[]> {
  if (inputs.every((input) => existsSync(input))) return [...inputs];
  const names = new Set([LAST, ...(await listSessions()).map(({ name }) => name)]);
  return await Promise.all(
    inputs.map(async (input) => (!existsSync(input) && names.has(input) ? await findSession(input) : input)),
  );
}

/** The channels' names where all inputs are sessions with both of them; else undefined. */
export async function sessionSpeakers(inputs: readonly string[]): Promise<readonly string[] | undefined> {
  for (const input of inputs) {
    if (!isSession(input)) return undefined;
    const channels = await recordedChannels(join(input, AUDIO_FOLDER));
    if (channels.length < CHANNEL_ORDER.length) return undefined;
  }
  return CHANNEL_ORDER;
}
