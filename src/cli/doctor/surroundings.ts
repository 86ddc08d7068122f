/** What mubbles takes sound and media from, and where it keeps things. */
import { constants } from "node:fs";
import { access, readdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type BackendName, backendNames, findBackend } from "../../audio/capture/backends.js";
import { installedDecoders } from "../../audio/decoders.js";
import { asMubblesError, ERROR_TABLE } from "../../errors.js";
import { cacheFolder, listModels } from "../../model/model-store.js";
import { listSessions, sessionsFolder } from "../../session/session-folders.js";
import type { Check, Finding } from "./check.js";

export const surroundingsChecks: readonly Check[] = [
  { title: "sound", limitSeconds: 20, failsAs: "warning", run: sound },
  { title: "media", limitSeconds: 10, failsAs: "warning", run: media },
  { title: "cache", limitSeconds: 10, failsAs: "warning", run: cache },
];

/** Backends stand in for one another: a warning only where none has a device. */
async function sound(): Promise<Finding[]> {
  const reports = await Promise.all(backendNames().map(describeBackend));
  if (reports.some(({ deviceCount }) => deviceCount > 0)) return reports.map(({ finding }) => finding);
  const { hint } = ERROR_TABLE.DEVICE_BACKEND_UNAVAILABLE;
  const last = reports.length - 1;
  return reports.map(({ finding }, index) => {
    return { ...finding, status: "warning", hint: index === last ? hint : undefined };
  });
}

async function describeBackend(name: BackendName): Promise<{ finding: Finding; deviceCount: number }> {
  try {
    const env = { ...process.env, MUBBLES_AUDIO_BACKEND: name };
    const devices = await (await findBackend({ platform: process.platform, env })).devices();
    const count = (kind: string) => devices.filter((device) => device.kind === kind).length;
    const defaults = devices.filter(({ isDefault }) => isDefault).map((device) => device.name);
    const chosen = defaults.length === 0 ? "" : `; default ${defaults.join(", ")}`;
    const text = `${count("microphone")} inputs, ${count("loopback")} loopbacks${chosen}`;
    const facts = {
      devices: devices.map(({ id, name, kind, isDefault }) => ({ id, name, kind, isDefault })),
    };
    return { finding: { name, status: "ok", text, facts }, deviceCount: devices.length };
  } catch (thrown) {
    const { message, code } = asMubblesError(thrown);
    return { finding: { name, status: "ok", text: message, facts: { code } }, deviceCount: 0 };
  }
}

async function media(signal: AbortSignal): Promise<Finding[]> {
  const decoders = await installedDecoders(signal);
  const isEnough = decoders.some(({ version }) => version !== undefined);
  return [
    { name: "wav and raw PCM", status: "ok", text: "built in" },
    ...decoders.map(({ name, version, problem }, index): Finding => {
      const text = version === undefined ? (problem ?? "") : `FFmpeg ${version}`;
      const facts = { version };
      if (isEnough) return { name, status: "ok", text, facts };
      const hint = index === decoders.length - 1 ? ERROR_TABLE.INPUT_NO_DECODER.hint : undefined;
      return { name, status: "warning", text, facts, hint };
    }),
  ];
}

async function cache(): Promise<Finding[]> {
  const folder = cacheFolder();
  const models = listModels();
  const bytes = await sizeOf(folder);
  const { bavail, bsize } = await statfs(await nearestFolder(folder));
  const freeBytes = bavail * bsize;
  const text = `${folder}: ${megabytes(bytes)}, ${megabytes(freeBytes)} free on its disk`;
  const facts = { folder, bytes, freeBytes };
  const isWritable = await access(await nearestFolder(folder), constants.W_OK).then(
    () => true,
    () => false,
  );
  const hint =
    "set MUBBLES_HOME to a folder that can be written; without one only the embedded model is there";
  return [
    isWritable
      ? { name: "folder", status: "ok", text, facts }
      : { name: "folder", status: "warning", text: `${text}, cannot be written`, hint, facts },
    await sessions(),
    {
      name: "models",
      status: models.length > 0 ? "ok" : "warning",
      text: models.map(({ name, compute }) => `${name} (${compute})`).join(", ") || "none",
      hint: models.length > 0 ? undefined : "reinstall mubbles: the embedded model is missing",
      facts: { models: models.map(({ name, compute, bytes }) => ({ name, compute, bytes })) },
    },
  ];
}

async function sessions(): Promise<Finding> {
  const folder = sessionsFolder();
  const all = await listSessions(folder);
  const bytes = all.reduce((sum, session) => sum + session.bytes, 0);
  const text = `${folder}: ${all.length}, ${megabytes(bytes)}`;
  return { name: "sessions", status: "ok", text, facts: { folder, count: all.length, bytes } };
}

/** The folder itself, or of those around it the first that is there. */
async function nearestFolder(folder: string): Promise<string> {
  for (let path = folder; ; path = dirname(path)) {
    const isThere = await stat(path).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (isThere || path === dirname(path)) return path;
  }
}

/** 0 where there is nothing. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(({ parentPath, name }) =>
      stat(join(parentPath, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
