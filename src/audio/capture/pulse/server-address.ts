/** Where the sound server listens and what it wants to see, as libpulse finds them; pulseaudio.js knows only one place. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MubblesError } from "../../../errors.js";

const COOKIE_BYTES = 256;

/**
 * Path of the server's socket. Throws DEVICE_BACKEND_UNAVAILABLE where there is none, or only one in the network.
 * @see https://www.freedesktop.org/wiki/Software/PulseAudio/Documentation/User/ServerStrings/
 */
export function serverSocket(env: NodeJS.ProcessEnv): string {
  const named = env.PULSE_SERVER;
  if (named !== undefined && named !== "") {
    // Several may stand there, each with the machine that it is for in front: {machine}unix:/path.
    const addresses = named.split(/\s+/).map((address) => address.replace(/^\{[^}]*\}/, ""));
    const path = addresses.map((address) => address.replace(/^unix:/, "")).find((it) => it.startsWith("/"));
    if (path !== undefined) return path;
    throw unavailable(`PULSE_SERVER is "${named}": mubbles reaches servers of this machine only`);
  }
  const candidates = [
    env.PULSE_RUNTIME_PATH && join(env.PULSE_RUNTIME_PATH, "native"),
    env.XDG_RUNTIME_DIR && join(env.XDG_RUNTIME_DIR, "pulse/native"),
    `/run/user/${process.getuid?.()}/pulse/native`,
    "/var/run/pulse/native",
  ].filter((path) => path !== undefined && path !== "") as string[];
  const found = candidates.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw unavailable(`no sound server listens at ${candidates.join(" or ")}`);
}

/** Undefined where no cookie of its own is named: the usual place, or none, will do. */
export async function serverCookie(env: NodeJS.ProcessEnv): Promise<Buffer | undefined> {
  if (env.PULSE_COOKIE === undefined) return undefined;
  const cookie = await readFile(env.PULSE_COOKIE).catch(() => undefined);
  return cookie?.length === COOKIE_BYTES ? cookie : undefined;
}

function unavailable(detail: string): MubblesError {
  return new MubblesError("DEVICE_BACKEND_UNAVAILABLE", { where: "PulseAudio", detail });
}
