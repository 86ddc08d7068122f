/** Which way of capturing sound is used on which system. */
import { MubblesError } from "../../errors.js";
import type { CaptureBackend } from "./backend.js";
import { childBackend } from "./child/child-backend.js";
import { combinedBackend } from "./combined-backend.js";
import { pulseBackend } from "./pulse/pulse-backend.js";

const BACKENDS = {
  pulse: pulseBackend,
  naudiodon: inChild("naudiodon", "port-audio/capture-child"),
  "core-audio-tap": inChild("core-audio-tap", "loopback/core-audio-tap-child"),
  "wasapi-loopback": inChild("wasapi-loopback", "loopback/wasapi-loopback-child"),
} as const satisfies Record<string, BackendFactory>;

type BackendFactory = (env: NodeJS.ProcessEnv) => CaptureBackend;
export type BackendName = keyof typeof BACKENDS;

/** Best first; those that stand together are used together: PortAudio knows no loopback. */
const BY_PLATFORM: Readonly<Partial<Record<NodeJS.Platform, readonly (readonly BackendName[])[]>>> = {
  linux: [["pulse"], ["naudiodon"]],
  darwin: [["naudiodon", "core-audio-tap"]],
  win32: [["naudiodon", "wasapi-loopback"]],
};
const ELSEWHERE: readonly (readonly BackendName[])[] = [["naudiodon"]];

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  /** MUBBLES_AUDIO_BACKEND names the only backend to try; sound libraries find their servers by others. */
  readonly env: NodeJS.ProcessEnv;
}

/** Those of a system, best first; the only one that the environment allows, where it names one. */
export function backendNames({ platform, env }: Surroundings = process): readonly BackendName[] {
  return (forcedBackend(env) ?? BY_PLATFORM[platform] ?? ELSEWHERE).flat();
}

/** The first backend that knows a device. Throws DEVICE_BACKEND_UNAVAILABLE where none does, USAGE for a name that there is not. */
export async function findBackend({ platform, env }: Surroundings = process): Promise<CaptureBackend> {
  const choices = forcedBackend(env) ?? BY_PLATFORM[platform] ?? ELSEWHERE;
  const problems: MubblesError[] = [];
  for (const names of choices) {
    const name = names.join(", ");
    const backends = names.map((each) => BACKENDS[each](env));
    const backend = combinedBackend(name, backends);
    try {
      if ((await backend.devices()).length > 0) return backend;
      problems.push(
        new MubblesError("DEVICE_BACKEND_UNAVAILABLE", { where: name, detail: "it has no device" }),
      );
    } catch (thrown) {
      if (!(thrown instanceof MubblesError)) throw thrown;
      problems.push(thrown);
    }
  }
  throw problems[0];
}

function inChild(name: string, file: string): BackendFactory {
  return (env) => childBackend({ name, file: `audio/capture/${file}`, env });
}

function forcedBackend({ MUBBLES_AUDIO_BACKEND: name }: NodeJS.ProcessEnv): BackendName[][] | undefined {
  if (name === undefined || name === "") return undefined;
  if (Object.hasOwn(BACKENDS, name)) return [[name as BackendName]];
  const detail = `"${name}" is none of ${Object.keys(BACKENDS).join(", ")}`;
  throw new MubblesError("USAGE", { where: "MUBBLES_AUDIO_BACKEND", detail });
}
